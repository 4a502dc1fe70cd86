namespace SseFunctions.Benchmarks.Load;

/// <summary>What a load does.</summary>
internal sealed record LoadOptions
{
    /// <summary>How many streams are held and checked.</summary>
    public int Subscribers { get; init; } = 1000;

    /// <summary>How many more are held that read nothing.</summary>
    public int Stalled { get; init; }

    /// <summary>How many connections publish.</summary>
    public int Publishers { get; init; } = 4;

    /// <summary>How many updates a second all of them publish together; null: as fast as answers come.</summary>
    public double? Rate { get; init; }

    /// <summary>How many updates are on the way at most: published and not yet delivered to all subscribers. Null: a
    /// publisher waits for the answer to its last update, and not for the deliveries.</summary>
    public int? InFlight { get; init; }

    /// <summary>How much data an update has.</summary>
    public int DataBytes { get; init; } = 100;

    /// <summary>How many connections a second are broken off while updates are published.</summary>
    public double DropsPerSecond { get; init; }

    /// <summary>Whether each subscriber's connection is also broken off one to three times before its first update.
    /// </summary>
    public bool IsCutEarly { get; init; }

    /// <summary>Whether the subscribers get what is published.</summary>
    public bool IsDelivered { get; init; } = true;
}
