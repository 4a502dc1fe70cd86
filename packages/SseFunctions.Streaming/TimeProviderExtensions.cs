namespace SseFunctions.Streaming;

/// <summary>Arithmetic with the timestamps of a clock.</summary>
internal static class TimeProviderExtensions
{
    /// <summary>Adds a duration to a timestamp. Returns <see cref="long.MaxValue"/> if the result is larger than a
    /// timestamp can be.</summary>
    public static long After(this TimeProvider time, long timestamp, TimeSpan duration)
    {
        var ticks = Math.Ceiling(duration.TotalSeconds * time.TimestampFrequency);
        return ticks < long.MaxValue - timestamp ? timestamp + (long)ticks : long.MaxValue;
    }
}
