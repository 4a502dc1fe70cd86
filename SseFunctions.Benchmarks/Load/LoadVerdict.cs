namespace SseFunctions.Benchmarks.Load;

/// <summary>Whether every subscriber got everything once and in order, over all rounds.</summary>
/// <param name="Lost">How many deliveries did not come.</param>
/// <param name="Doubled">How many came again.</param>
/// <param name="OutOfOrder">How many came too late.</param>
/// <param name="OtherIds">How many came under an id other than what others, or the publisher, were told.</param>
/// <param name="Counts">What else happened.</param>
internal sealed record LoadVerdict(long Lost, long Doubled, long OutOfOrder, long OtherIds, LoadCounts Counts)
{
    /// <summary>Whether nothing went wrong.</summary>
    public bool IsGood => this is { Lost: 0, Doubled: 0, OutOfOrder: 0, OtherIds: 0 };

    /// <summary>Whether every subscriber was also cut off before its first update, where that was asked for.</summary>
    public bool WasCutEarly(LoadOptions options) => !options.IsCutEarly || Counts.EarlyDrops >= options.Subscribers;
}
