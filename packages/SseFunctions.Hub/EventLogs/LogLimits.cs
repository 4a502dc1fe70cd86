namespace SseFunctions.Hub.EventLogs;

/// <summary>How much history a log keeps. A log that exceeds any limit drops its oldest entries.</summary>
/// <param name="MaxCount">The number of entries; at least 1.</param>
/// <param name="MaxBytes">The approximate memory of the entries, in bytes. The last entry stays, however large.</param>
/// <param name="MaxAge">The time since an entry was appended.</param>
internal sealed record LogLimits(int MaxCount, long MaxBytes, TimeSpan MaxAge);
