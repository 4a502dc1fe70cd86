namespace SseFunctions.Benchmarks.Reporting;

/// <summary>What a list of figures says.</summary>
internal static class Statistics
{
    private const double Half = 0.5;

    /// <summary>The smallest figure that at least this share of the figures does not exceed.</summary>
    public static double Percentile(this IEnumerable<double> figures, double share)
    {
        var sorted = figures.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>The figure in the middle.</summary>
    public static double Median(this IEnumerable<double> figures) => figures.Percentile(Half);
}
