namespace SseFunctions.Benchmarks.Reporting;

/// <summary>Statistics of a list of figures.</summary>
internal static class Statistics
{
    private const double Half = 0.5;

    /// <summary>Gets a percentile: the smallest figure that at least this share of the figures does not
    /// exceed.</summary>
    public static double Percentile(this IEnumerable<double> figures, double share)
    {
        var sorted = figures.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>Gets the median: of an even number of figures, the smaller of the two in the middle.</summary>
    public static double Median(this IEnumerable<double> figures) => figures.Percentile(Half);
}
