namespace SseFunctions.Benchmarks.Load;

/// <summary>Whether every subscriber got every update once and in order, over all rounds.</summary>
/// <param name="Lost">The number of deliveries that did not come.</param>
/// <param name="Doubled">The number of repeated deliveries.</param>
/// <param name="OutOfOrder">The number of deliveries out of order.</param>
/// <param name="OtherIds">The number of deliveries with another id than other subscribers, or the publisher,
/// got.</param>
/// <param name="Counts">What else the subscribers have counted. It does not make the verdict good or bad.</param>
internal sealed record LoadVerdict(long Lost, long Doubled, long OutOfOrder, long OtherIds, LoadCounts Counts)
{
    /// <summary>Whether nothing went wrong.</summary>
    public bool IsGood => this is { Lost: 0, Doubled: 0, OutOfOrder: 0, OtherIds: 0 };

    /// <summary>Whether the connection of every subscriber was also broken before its first update, if that was asked
    /// for.</summary>
    public bool WasCutEarly(LoadOptions options) => !options.IsCutEarly || Counts.EarlyDrops >= options.Subscribers;
}
