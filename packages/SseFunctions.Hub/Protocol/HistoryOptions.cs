using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>How much history the log keeps for clients that return. Section <c>Hub:History</c>. A log that exceeds any
/// of the limits drops its oldest entries.</summary>
public sealed class HistoryOptions
{
    private const int SmallestCount = 100;

    /// <summary>Gets or sets the largest number of entries. Default 10,000, at least 100.</summary>
    public int MaxCount { get; set; } = 10_000;

    /// <summary>Gets or sets the approximate memory of the entries, in bytes. Default 64 MiB, at least 16 times
    /// <see cref="HubOptions.MaxUpdateBytes"/>: otherwise a few large updates would push entries out of the log while
    /// they are still being written to subscribers.</summary>
    public long MaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Gets or sets how long an entry is kept after its publication. Default 1 day, at least 1 min, at most
    /// 365 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The same limits, for a log.</summary>
    internal LogLimits Limits => new(MaxCount, MaxBytes, MaxAge);

    internal IEnumerable<string> Problems(string section, int maxUpdateBytes)
    {
        const int updates = 16;
        var leastBytes = (long)maxUpdateBytes * updates;
        if (MaxCount < SmallestCount)
            yield return $"{section}:{nameof(MaxCount)} is {MaxCount}: set it to {SmallestCount} or more.";
        if (MaxBytes < leastBytes)
        {
            yield return $"{section}:{nameof(MaxBytes)} is {MaxBytes}: set it to {leastBytes} or more, "
                + $"{updates} times {HubOptions.Section}:{nameof(HubOptions.MaxUpdateBytes)}.";
        }
        if (MaxAge < TimeSpan.FromMinutes(1) || MaxAge > TimeSpan.FromDays(365))
        {
            yield return $"{section}:{nameof(MaxAge)} is {MaxAge}: set it to between 00:01:00 and 365.00:00:00. "
                + "Durations are written d.hh:mm:ss.";
        }
    }
}
