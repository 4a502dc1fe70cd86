namespace SseFunctions.Hub.EventLogs;

/// <summary>Entries after the reader's position are no longer held: the reader was too slow, or came too
/// late.</summary>
internal sealed class LogGapException : Exception
{
    /// <summary>Makes the exception.</summary>
    public LogGapException()
        : base("Entries after this position are no longer held.")
    {
    }
}
