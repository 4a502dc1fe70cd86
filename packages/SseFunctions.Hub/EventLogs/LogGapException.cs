namespace SseFunctions.Hub.EventLogs;

/// <summary>The log no longer holds all entries after the reader's position: the reader was too slow, or came back too
/// late.</summary>
internal sealed class LogGapException : Exception
{
    public LogGapException()
        : base("The log no longer holds all entries after this position. Hub:History sets how much it keeps.")
    {
    }
}
