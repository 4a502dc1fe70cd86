namespace SseFunctions.Hub.EventLogs;

/// <summary>Entries after the reader's place are no longer held: it was too slow, or asked too late.</summary>
internal sealed class LogGapException : Exception
{
    /// <summary>Makes it.</summary>
    public LogGapException()
        : base("Entries after this place are no longer held.")
    {
    }
}
