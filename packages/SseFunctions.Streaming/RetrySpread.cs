namespace SseFunctions.Streaming;

/// <summary>Draws the time after which a client reconnects. Clients that lose their streams in the same moment must not
/// all come back in the same moment, so each gets a time of its own.</summary>
internal static class RetrySpread
{
    // What an instance can answer beside its other work: each connection costs a TLS handshake and a token.
    private const double ReconnectionsPerSecond = 1000;

    /// <summary>How much longer than the shortest time some of so many clients have to wait: at least as long as the
    /// shortest time, and so long that about 1,000 of them come back in a second. That holds once the number of
    /// open streams has been about the same for a while: a stream keeps the time that it got when it opened, when fewer
    /// may have been open. If all streams end right after all have opened, up to 2,000 come back in a second.</summary>
    public static TimeSpan Of(int clients, TimeSpan shortest)
    {
        var needed = TimeSpan.FromSeconds(clients / ReconnectionsPerSecond);
        return needed > shortest ? needed : shortest;
    }

    /// <summary>A time between the shortest one and the shortest one plus the spread, in milliseconds. All are equally
    /// likely.</summary>
    public static long Draw(TimeSpan shortest, TimeSpan spread) =>
        (long)(shortest + (spread * Random.Shared.NextDouble())).TotalMilliseconds;
}
