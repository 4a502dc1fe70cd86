using System.Text.Json;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Reads the log from Redis: always where it is written, for a replica may lag behind. Not thread-safe.
/// </summary>
internal sealed partial class RedisReader(
    RedisConnection connection, RedisKeys keys, RedisClock clock, TimeProvider time, ILogger logger)
{
    private const int LargestPage = 64;

    // By how much less is asked for next if there was no answer.
    private const int Less = 4;

    private readonly ILogger _logger = logger;
    private int _pageSize = LargestPage;

    /// <summary>Reads entries after a place. As many at once as can be had in time: an entry may have megabytes, and
    /// would be asked for again and again.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<RedisPage> ReadAsync(LogPosition after, CancellationToken cancellationToken)
    {
        try
        {
            var page = await ReadAsync(after, _pageSize, cancellationToken);
            // What is behind may be smaller.
            if (!page.IsFull) _pageSize = LargestPage;
            return page;
        }
        catch (LogUnavailableException)
        {
            _pageSize = Math.Max(1, _pageSize / Less);
            throw;
        }
    }

    /// <summary>Makes sure that the log's last entry is at a place or behind it.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task MarkAsync(LogPosition place, CancellationToken cancellationToken) => connection.RunAsync(
        RedisScripts.Mark,
        keys.All,
        [keys.Bell.ToString(), place.Milliseconds, place.Sequence, StoredUpdate.Nothing],
        cancellationToken);

    private async Task<RedisPage> ReadAsync(LogPosition after, int pageSize, CancellationToken cancellationToken)
    {
        var (now, tail, entries) = await connection.AskAsync(
            async multiplexer =>
            {
                const CommandFlags here = CommandFlags.DemandMaster;
                var database = multiplexer.GetDatabase();
                // One after the other on one connection, all at once.
                var clock = RedisClock.AskAsync(multiplexer);
                var tail = database.HashGetAsync(keys.State, "tail", here);
                var read = database.StreamReadAsync(keys.Stream, RedisPlace.Of(after), pageSize, here);
                // All of them, or what became of the others would be looked at by nobody if one fails.
                await Task.WhenAll(clock, tail, read);
                return (await clock, await tail, await read);
            },
            cancellationToken);
        clock.SetTime(RedisClock.Read(now));
        var linked = new List<LinkedEntry>(entries.Length);
        var previous = after;
        foreach (var entry in entries) previous = Read(entry, previous, linked);
        return new RedisPage(RedisPlace.Read((string?)tail), linked, entries.Length == pageSize);
    }

    // Its updates, after those before.
    private LogPosition Read(StreamEntry entry, LogPosition previous, List<LinkedEntry> linked)
    {
        var next = RedisPlace.Read((string?)entry.Id);
        var updates = entry.Values.AsSpan();
        if (updates is [var link, ..] && link.Name == RedisScripts.Link)
        {
            previous = RedisPlace.Read((string?)link.Value);
            updates = updates[1..];
        }
        foreach (var field in updates)
        {
            linked.Add(new LinkedEntry(previous, Read(field, next)));
            previous = next;
            next = next with { Sequence = next.Sequence + 1 };
        }
        return previous;
    }

    private LogEntry Read(NameValueEntry field, LogPosition place)
    {
        try
        {
            var update = StoredUpdate.Read((string?)field.Name, (byte[]?)field.Value);
            return new LogEntry(place, update, time.GetTimestamp());
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or OverflowException)
        {
            // Someone else has written it. It has a place, and says nothing.
            LogUnreadable(exception, place.ToString());
            return new LogEntry(place, new Update([], ""), time.GetTimestamp());
        }
    }

    [LoggerMessage(11, LogLevel.Error, "What is at {Id} in Redis is no update, and is passed over")]
    private partial void LogUnreadable(Exception exception, string id);
}
