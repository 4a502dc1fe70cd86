namespace SseFunctions.Benchmarks.Load;

/// <summary>What happened to the subscribers. Written by their thread alone.</summary>
internal sealed record LoadCounts
{
    /// <summary>How many streams opened, those that opened again included.</summary>
    public long Opened { get; set; }

    /// <summary>How many opened again.</summary>
    public long Reconnects { get; set; }

    /// <summary>How many connections were broken off on purpose.</summary>
    public long Drops { get; set; }

    /// <summary>How many connections were broken off on purpose before the subscriber's first update.</summary>
    public long EarlyDrops { get; set; }

    /// <summary>How many streams the server ended.</summary>
    public long Ended { get; set; }

    /// <summary>How many times the server refused to open one again.</summary>
    public long Refused { get; set; }

    /// <summary>How many receives had something.</summary>
    public long Receives { get; set; }

    /// <summary>How many of them completed an update.</summary>
    public long DeliveringReceives { get; set; }

    /// <summary>How many bytes they had.</summary>
    public long ReceivedBytes { get; set; }

    /// <summary>How many events came that were not this load's.</summary>
    public long Others { get; set; }
}
