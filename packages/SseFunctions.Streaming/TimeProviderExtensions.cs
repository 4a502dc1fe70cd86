namespace SseFunctions.Streaming;

/// <summary>Arithmetic with the timestamps of a clock.</summary>
internal static class TimeProviderExtensions
{
    /// <summary>The timestamp that is so long after another one; <see cref="long.MaxValue"/> if that is further away
    /// than timestamps go.</summary>
    public static long After(this TimeProvider time, long timestamp, TimeSpan duration)
    {
        var ticks = Math.Ceiling(duration.TotalSeconds * time.TimestampFrequency);
        return ticks < long.MaxValue - timestamp ? timestamp + (long)ticks : long.MaxValue;
    }
}
