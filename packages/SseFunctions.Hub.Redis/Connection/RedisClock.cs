using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>What time it is in Redis, as far as its last answer tells. Thread-safe.</summary>
internal sealed class RedisClock(TimeProvider time)
{
    private Heard? _heard;

    /// <summary>The milliseconds of Unix time there now; null if it never answered.</summary>
    public long? Now => Volatile.Read(ref _heard) is { } heard
        ? heard.Milliseconds + (long)time.GetElapsedTime(heard.Timestamp).TotalMilliseconds
        : null;

    /// <summary>Asks for the time where things are written.</summary>
    public static Task<RedisResult> AskAsync(ConnectionMultiplexer multiplexer) =>
        multiplexer.GetDatabase().ExecuteAsync("TIME", [], CommandFlags.DemandMaster);

    /// <summary>The milliseconds of Unix time that the answer tells.</summary>
    /// <exception cref="LogUnavailableException">It tells none.</exception>
    public static long Read(RedisResult answer) => (RedisValue[]?)answer is [var seconds, var microseconds]
        ? ((long)seconds * 1000) + ((long)microseconds / 1000)
        : throw new LogUnavailableException("Redis does not tell the time.");

    /// <summary>Takes note of an answer.</summary>
    public void SetTime(long milliseconds) => Volatile.Write(ref _heard, new Heard(milliseconds, time.GetTimestamp()));

    private sealed record Heard(long Milliseconds, long Timestamp);
}
