namespace SseFunctions.Benchmarks.Load;

internal sealed record LoadOptions
{
    /// <summary>The number of subscribers whose deliveries are checked.</summary>
    public int Subscribers { get; init; } = 1000;

    /// <summary>The number of additional subscribers that read nothing.</summary>
    public int Stalled { get; init; }

    public int Publishers { get; init; } = 4;

    /// <summary>The updates per second of all publishers together; null: as fast as answers come.</summary>
    public double? Rate { get; init; }

    /// <summary>The maximum number of updates that are published and not yet delivered to all subscribers. Null: a
    /// publisher waits only for the answer to its last update, not for deliveries.</summary>
    public int? InFlight { get; init; }

    /// <summary>The size of an update's data, in bytes.</summary>
    public int DataBytes { get; init; } = 100;

    /// <summary>The number of connections per second that are broken while updates are published.</summary>
    public double DropsPerSecond { get; init; }

    /// <summary>Whether each subscriber's connection is also broken one to three times before its first
    /// update.</summary>
    public bool IsCutEarly { get; init; }

    /// <summary>Whether the subscribers' topic matches the published updates.</summary>
    public bool IsDelivered { get; init; } = true;
}
