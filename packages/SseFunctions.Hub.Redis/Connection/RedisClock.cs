using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>Estimates the time of Redis' own clock from the last time that Redis reported. Thread-safe.</summary>
internal sealed class RedisClock(TimeProvider time)
{
    private Report? _last;

    /// <summary>Gets the estimated time of Redis, in milliseconds of Unix time; null before the first report.</summary>
    public long? Now => Volatile.Read(ref _last) is { } last
        ? last.Milliseconds + (long)time.GetElapsedTime(last.Timestamp).TotalMilliseconds
        : null;

    /// <summary>Requests the time of the primary.</summary>
    public static Task<RedisResult> QueryAsync(ConnectionMultiplexer multiplexer) =>
        multiplexer.GetDatabase().ExecuteAsync("TIME", [], CommandFlags.DemandMaster);

    /// <summary>Reads the answer to <see cref="QueryAsync"/>, in milliseconds of Unix time.</summary>
    /// <exception cref="HubUnavailableException">The answer is not a time.</exception>
    public static long Parse(RedisResult answer) => (RedisValue[]?)answer is [var seconds, var microseconds]
        ? ((long)seconds * 1000) + ((long)microseconds / 1000)
        : throw new HubUnavailableException("Redis answered the command TIME with something that is not a time.");

    /// <summary>Sets the clock to a time that Redis has just reported, in milliseconds of Unix time.</summary>
    public void Set(long milliseconds) => Volatile.Write(ref _last, new Report(milliseconds, time.GetTimestamp()));

    private sealed record Report(long Milliseconds, long Timestamp);
}
