namespace SseFunctions.Benchmarks.Load;

/// <summary>Counters of the subscribers. Only their thread writes them.</summary>
internal sealed record LoadCounts
{
    /// <summary>The number of streams that opened, including those that were opened again.</summary>
    public long Opened { get; set; }

    /// <summary>The number of streams that were opened again.</summary>
    public long Reconnects { get; set; }

    /// <summary>The number of connections that were broken on purpose.</summary>
    public long Drops { get; set; }

    /// <summary>The number of connections that were broken on purpose before the subscriber's first update.</summary>
    public long EarlyDrops { get; set; }

    /// <summary>The number of streams that the server ended.</summary>
    public long Ended { get; set; }

    /// <summary>The number of times that the server refused to open a stream again.</summary>
    public long Refused { get; set; }

    /// <summary>The number of receives that returned bytes.</summary>
    public long Receives { get; set; }

    /// <summary>The number of receives that completed an update.</summary>
    public long DeliveringReceives { get; set; }

    public long ReceivedBytes { get; set; }

    /// <summary>The number of events that are not from this load.</summary>
    public long Others { get; set; }
}
