using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>What one round of a load showed.</summary>
internal sealed record LoadFigures
{
    private const double MicrosecondsPerSecond = 1e6;

    /// <summary>How long it took, from the first publish to the last delivery.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many updates the server accepted.</summary>
    public required long Updates { get; init; }

    /// <summary>How many deliveries there were.</summary>
    public required long Deliveries { get; init; }

    /// <summary>The server's processor time; null: not known.</summary>
    public required TimeSpan? ProcessorTime { get; init; }

    /// <summary>From publish to each delivery.</summary>
    public required Histogram Latencies { get; init; }

    /// <summary>From publish to the last of an update's deliveries.</summary>
    public required Histogram LastDeliveries { get; init; }

    /// <summary>How many deliveries a receive had.</summary>
    public required double DeliveriesPerReceive { get; init; }

    /// <summary>How many updates a second.</summary>
    public double UpdatesPerSecond => Updates / Duration.TotalSeconds;

    /// <summary>How many deliveries a second.</summary>
    public double DeliveriesPerSecond => Deliveries / Duration.TotalSeconds;

    /// <summary>How many deliveries for each second of the server's processor time.</summary>
    public double DeliveriesPerProcessorSecond => Deliveries / (ProcessorTime?.TotalSeconds ?? double.NaN);

    /// <summary>The server's processor time for a delivery.</summary>
    public double MicrosecondsPerDelivery => MicrosecondsPerSecond / DeliveriesPerProcessorSecond;

    /// <summary>The server's processor time for a publish, with all that follows from it.</summary>
    public double MicrosecondsPerUpdate =>
        (ProcessorTime?.TotalSeconds ?? double.NaN) * MicrosecondsPerSecond / Updates;
}
