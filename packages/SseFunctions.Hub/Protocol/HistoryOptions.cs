using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>How much of what was published is kept for subscribers that come back. Section <c>Hub:History</c>. What
/// exceeds any of these goes, the oldest first.</summary>
public sealed class HistoryOptions
{
    private const int SmallestCount = 100;

    /// <summary>In updates. Default 10,000, at least 100.</summary>
    public int MaxCount { get; set; } = 10_000;

    /// <summary>In bytes of memory, about. Default 64 MiB, at least 16 times <see cref="HubOptions.MaxUpdateBytes"/>,
    /// so that a subscriber that is being written to does not fall behind at the next update.</summary>
    public long MaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Since it was published. Default 1 day, at least 1 min, at most 365 days.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The limits of a log.</summary>
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
