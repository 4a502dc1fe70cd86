using System.Diagnostics;
using System.Numerics;

namespace SseFunctions.Benchmarks.Reporting;

/// <summary>Durations by the million, in buckets whose width is at most 3 % of what they count. Not
/// thread-safe.</summary>
internal sealed class Histogram
{
    // Each power of two in as many equal parts; below the first such power a bucket is one microsecond.
    private const int PartBits = 5;
    private const int Parts = 1 << PartBits;
    private const double MicrosecondsPerMillisecond = 1000;

    private static readonly double MicrosecondsPerTick = 1e6 / Stopwatch.Frequency;

    private readonly long[] _counts = new long[(64 - PartBits + 1) * Parts];
    private long _maximum;

    /// <summary>How many durations there are.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, in milliseconds.</summary>
    public double Maximum => _maximum / MicrosecondsPerMillisecond;

    /// <summary>Adds one, in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(long ticks)
    {
        var microseconds = Math.Max(0, (long)(ticks * MicrosecondsPerTick));
        _counts[BucketOf(microseconds)]++;
        Count++;
        if (microseconds > _maximum) _maximum = microseconds;
    }

    /// <summary>The duration that at least this share of the durations does not exceed, in milliseconds; 0 when there
    /// are none.</summary>
    public double Percentile(double share)
    {
        var left = Math.Max(1, (long)Math.Ceiling(share * Count));
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0) return Math.Min(EndOf(bucket), _maximum) / MicrosecondsPerMillisecond;
        }
        return 0;
    }

    private static int BucketOf(long microseconds)
    {
        if (microseconds < Parts) return (int)microseconds;
        var shift = BitOperations.Log2((ulong)microseconds) - PartBits;
        return (shift * Parts) + (int)(microseconds >> shift);
    }

    // The largest duration of a bucket.
    private static long EndOf(int bucket)
    {
        if (bucket < Parts) return bucket;
        var shift = (bucket / Parts) - 1;
        return ((long)(bucket - (shift * Parts) + 1) << shift) - 1;
    }
}
