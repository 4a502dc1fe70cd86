using System.Text.Json;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Reads the log from the primary: a replica may lag behind. <c>append.lua</c> describes what is stored. Not
/// thread-safe.</summary>
internal sealed partial class RedisReader(
    RedisConnection connection, LogKeys keys, RedisClock clock, TimeProvider time, ILogger logger)
{
    // In entries of the stream, each of which can hold many updates.
    private const int LargestPage = 64;

    // The page size is divided by this after a read that failed.
    private const int PageDivisor = 4;

    // The names that append.lua uses.
    private const string LinkField = "p";
    private const string TailField = "tail";

    private static readonly RedisScript Advance = RedisScript.Load(typeof(RedisReader), "advance.lua");

    private readonly ILogger _logger = logger;
    private int _pageSize = LargestPage;

    /// <summary>Reads entries after a position. An update may have megabytes, and a page of such updates may take
    /// longer than the timeout. So pages get smaller after a failure, or the same page would always fail.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<RedisPage> ReadAsync(LogPosition after, CancellationToken cancellationToken)
    {
        try
        {
            var page = await ReadAsync(after, _pageSize, cancellationToken);
            // The large updates are behind us.
            if (!page.IsFull) _pageSize = LargestPage;
            return page;
        }
        catch (HubUnavailableException)
        {
            _pageSize = Math.Max(1, _pageSize / PageDivisor);
            throw;
        }
    }

    /// <summary>Makes sure that the log's tail is at a position or behind it.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task AdvanceAsync(LogPosition least, CancellationToken cancellationToken) => connection.RunAsync(
        Advance,
        keys.All,
        [keys.Bell.ToString(), least.Milliseconds, least.Sequence, StoredUpdate.Placeholder],
        cancellationToken);

    private async Task<RedisPage> ReadAsync(LogPosition after, int pageSize, CancellationToken cancellationToken)
    {
        var (now, tail, entries) = await connection.QueryAsync(
            async multiplexer =>
            {
                const CommandFlags primary = CommandFlags.DemandMaster;
                var database = multiplexer.GetDatabase();
                // Sent together on one connection; Redis executes them in this order.
                var now = RedisClock.QueryAsync(multiplexer);
                var tail = database.HashGetAsync(keys.State, TailField, primary);
                var read = database.StreamReadAsync(keys.Stream, RedisEntryId.Format(after), pageSize, primary);
                // WhenAll observes the exceptions of all three, also when the first one fails.
                await Task.WhenAll(now, tail, read);
                return (await now, await tail, await read);
            },
            cancellationToken);
        clock.Set(RedisClock.Parse(now));
        var linked = new List<LinkedEntry>(entries.Length);
        var previous = after;
        foreach (var entry in entries) previous = Read(entry, previous, linked);
        return new RedisPage(RedisEntryId.Parse((string?)tail), linked, entries.Length == pageSize);
    }

    // Adds the updates of one entry of the stream. Returns the position of the last one.
    private LogPosition Read(StreamEntry entry, LogPosition previous, List<LinkedEntry> linked)
    {
        var next = RedisEntryId.Parse((string?)entry.Id);
        var updates = entry.Values.AsSpan();
        if (updates is [var link, ..] && link.Name == LinkField)
        {
            previous = RedisEntryId.Parse((string?)link.Value);
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

    private LogEntry Read(NameValueEntry field, LogPosition position)
    {
        try
        {
            var update = StoredUpdate.Read((string?)field.Name, (byte[]?)field.Value);
            return new LogEntry(position, update, time.GetTimestamp());
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or OverflowException)
        {
            // Somebody else has written into the stream. The entry keeps its position, and without a topic it is
            // delivered to nobody.
            LogUnreadable(exception, position.ToString());
            return new LogEntry(position, new Update([], ""), time.GetTimestamp());
        }
    }

    [LoggerMessage(11, LogLevel.Error, "Skipped the entry {Id} in Redis: it is not an update")]
    private partial void LogUnreadable(Exception exception, string id);
}
