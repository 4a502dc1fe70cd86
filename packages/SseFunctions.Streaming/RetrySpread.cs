namespace SseFunctions.Streaming;

/// <summary>Draws the random time after which a client reconnects. Clients that lose their streams at the same moment
/// must not all reconnect at the same moment.</summary>
internal static class RetrySpread
{
    // The number of reconnections that an instance can serve beside its other work. Each costs a TLS handshake and the
    // validation of a token.
    private const double ReconnectionsPerSecond = 1000;

    /// <summary>Computes the width of the range from which the time is drawn: at least the shortest time, and wide
    /// enough that about 1,000 clients reconnect in a second. The rate holds if the number of open streams has been
    /// stable: a stream keeps the time that it got when it opened, when fewer streams may have been open. If all
    /// streams end right after all have opened, up to 2,000 clients reconnect in a second.</summary>
    public static TimeSpan Of(int clients, TimeSpan shortest)
    {
        var needed = TimeSpan.FromSeconds(clients / ReconnectionsPerSecond);
        return needed > shortest ? needed : shortest;
    }

    /// <summary>Draws a time between the shortest time and the shortest time plus the spread, uniformly, in
    /// milliseconds.</summary>
    public static long Draw(TimeSpan shortest, TimeSpan spread) =>
        (long)(shortest + (spread * Random.Shared.NextDouble())).TotalMilliseconds;
}
