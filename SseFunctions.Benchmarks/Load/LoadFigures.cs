using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The figures of one round of a load.</summary>
internal sealed record LoadFigures
{
    private const double MicrosecondsPerSecond = 1e6;

    /// <summary>The time from the first publish to the last delivery.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The number of updates that the server accepted.</summary>
    public required long Updates { get; init; }

    public required long Deliveries { get; init; }

    /// <summary>The server's processor time; null: not known.</summary>
    public required TimeSpan? ProcessorTime { get; init; }

    /// <summary>The latency of each delivery, from its publish.</summary>
    public required Histogram Latencies { get; init; }

    /// <summary>The latency of the last delivery of each update, from its publish.</summary>
    public required Histogram LastDeliveries { get; init; }

    public required double DeliveriesPerReceive { get; init; }

    public double UpdatesPerSecond => Updates / Duration.TotalSeconds;

    public double DeliveriesPerSecond => Deliveries / Duration.TotalSeconds;

    /// <summary>The deliveries per second of the server's processor time.</summary>
    public double DeliveriesPerProcessorSecond => Deliveries / (ProcessorTime?.TotalSeconds ?? double.NaN);

    /// <summary>The server's processor time per delivery.</summary>
    public double MicrosecondsPerDelivery => MicrosecondsPerSecond / DeliveriesPerProcessorSecond;

    /// <summary>The server's processor time per publish, including its deliveries.</summary>
    public double MicrosecondsPerUpdate =>
        (ProcessorTime?.TotalSeconds ?? double.NaN) * MicrosecondsPerSecond / Updates;
}
