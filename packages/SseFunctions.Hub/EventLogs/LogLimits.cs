namespace SseFunctions.Hub.EventLogs;

/// <summary>How much a log keeps: an entry goes when any of these is exceeded, the oldest first.</summary>
/// <param name="MaxCount">In entries; at least 1.</param>
/// <param name="MaxBytes">In bytes of memory, about.</param>
/// <param name="MaxAge">Since the entry was appended.</param>
internal sealed record LogLimits(int MaxCount, long MaxBytes, TimeSpan MaxAge);
