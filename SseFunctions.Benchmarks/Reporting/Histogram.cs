using System.Diagnostics;
using System.Numerics;

namespace SseFunctions.Benchmarks.Reporting;

/// <summary>A histogram for millions of durations. The width of a bucket is at most 3 % of its durations. Not
/// thread-safe.</summary>
internal sealed class Histogram
{
    // Each power of two is divided into 2^PartBits equal buckets. Below 2^PartBits microseconds a bucket is one
    // microsecond wide.
    private const int PartBits = 5;
    private const int Parts = 1 << PartBits;
    private const double MicrosecondsPerMillisecond = 1000;

    private static readonly double MicrosecondsPerTick = 1e6 / Stopwatch.Frequency;

    private readonly long[] _counts = new long[(64 - PartBits + 1) * Parts];
    private long _maximum;

    /// <summary>The number of durations.</summary>
    public long Count { get; private set; }

    /// <summary>The longest duration, in milliseconds.</summary>
    public double Maximum => _maximum / MicrosecondsPerMillisecond;

    /// <summary>Puts histograms together.</summary>
    public static Histogram Sum(IEnumerable<Histogram> histograms)
    {
        var sum = new Histogram();
        foreach (var next in histograms)
        {
            for (var bucket = 0; bucket < sum._counts.Length; bucket++) sum._counts[bucket] += next._counts[bucket];
            sum.Count += next.Count;
            sum._maximum = Math.Max(sum._maximum, next._maximum);
        }
        return sum;
    }

    /// <summary>Adds a duration in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(long ticks)
    {
        var microseconds = Math.Max(0, (long)(ticks * MicrosecondsPerTick));
        _counts[BucketOf(microseconds)]++;
        Count++;
        if (microseconds > _maximum) _maximum = microseconds;
    }

    /// <summary>Gets a percentile: the duration that at least this share of the durations does not exceed, in
    /// milliseconds; 0 if there are no durations.</summary>
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

    // Gets the upper bound of a bucket.
    private static long EndOf(int bucket)
    {
        if (bucket < Parts) return bucket;
        var shift = (bucket / Parts) - 1;
        return ((long)(bucket - (shift * Parts) + 1) << shift) - 1;
    }
}
