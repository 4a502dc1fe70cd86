using System.Text.Json;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Reads the shared log from the primary, because a replica may lag behind, and repairs it after a loss.
/// <c>append.lua</c> describes what is stored. Not thread-safe: for the loop of <see cref="RedisMirror"/>.</summary>
internal sealed partial class RedisReader(
    RedisConnection connection, LogKeys keys, RedisClock clock, TimeProvider time, ILogger logger)
{
    // The number of Redis stream entries that one read requests. Each of them can hold many updates.
    private const int LargestPage = 64;

    // The bytes that one call of restore.lua appends, at most. One update can have more.
    private const int MaxRestoredBytes = 4 * 1024 * 1024;

    // How the message of an error begins that has no code of its own, such as OOM or READONLY.
    private const string ScriptError = "ERR ";

    // A failed read divides the page size by this number.
    private const int PageDivisor = 4;

    // The field names that append.lua writes.
    private const string LinkField = "p";
    private const string TailField = "tail";

    private static readonly RedisScript Advance = RedisScript.Load(typeof(RedisReader), "advance.lua");
    private static readonly RedisScript Restore = RedisScript.Load(typeof(RedisReader), "restore.lua");

    private readonly ILogger _logger = logger;
    private int _pageSize = LargestPage;

    /// <summary>Reads entries after a position. An update may have megabytes, and reading a page of such updates may
    /// take longer than the timeout. So the page size shrinks after a failure; otherwise the same page would fail each
    /// time.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<RedisPage> ReadAsync(LogPosition after, CancellationToken cancellationToken)
    {
        try
        {
            var page = await ReadAsync(after, _pageSize, cancellationToken);
            // The end of the log is reached, so the large updates have been read.
            if (!page.IsFull) _pageSize = LargestPage;
            return page;
        }
        catch (HubUnavailableException)
        {
            _pageSize = Math.Max(1, _pageSize / PageDivisor);
            throw;
        }
    }

    /// <summary>Makes sure that the log's tail is at a position or after it. See <c>advance.lua</c>.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task AdvanceAsync(LogPosition least, CancellationToken cancellationToken) => connection.RunAsync(
        Advance,
        keys.All,
        [keys.Bell.ToString(), least.Milliseconds, least.Sequence, StoredUpdate.Placeholder],
        cancellationToken);

    /// <summary>Appends entries that Redis has lost, or the first ones of them, at their positions. See
    /// <c>restore.lua</c>.</summary>
    /// <param name="after">The position of the entry before them. If it is not the tail of the log in Redis, nothing is
    /// appended.</param>
    /// <param name="lost">The entries, in order.</param>
    /// <param name="cancellationToken">Ends the wait for Redis.</param>
    /// <returns>The tail of the log in Redis; null if Redis does not accept the positions, because another program has
    /// added an entry with a greater id.</returns>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public async Task<LogPosition?> RestoreAsync(
        LogPosition after, ReadOnlyMemory<LogEntry> lost, CancellationToken cancellationToken)
    {
        var arguments = new List<RedisValue> { keys.Bell.ToString(), RedisEntryId.Format(after) };
        var bytes = 0;
        for (var index = 0; index < lost.Length && bytes < MaxRestoredBytes; index++)
        {
            var entry = lost.Span[index];
            var update = StoredUpdate.Write(entry);
            arguments.Add(RedisEntryId.Format(entry.Position));
            arguments.Add(entry.Id[0] == LogPosition.Mark ? "" : entry.Id);
            arguments.Add(update);
            bytes += update.Length;
        }
        try
        {
            var tail = await connection.RunAsync(Restore, keys.All, [.. arguments], cancellationToken);
            return RedisEntryId.Parse((string?)tail);
        }
        catch (HubUnavailableException exception) when (exception.InnerException is RedisServerException refused
            && refused.Message.StartsWith(ScriptError, StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task<RedisPage> ReadAsync(LogPosition after, int pageSize, CancellationToken cancellationToken)
    {
        var (now, tail, entries) = await connection.QueryAsync(
            async multiplexer =>
            {
                const CommandFlags primary = CommandFlags.DemandMaster;
                var database = multiplexer.GetDatabase();
                // The three commands go over one connection, and Redis executes them in this order.
                var now = RedisClock.QueryAsync(multiplexer);
                var tail = database.HashGetAsync(keys.State, TailField, primary);
                var read = database.StreamReadAsync(keys.Stream, RedisEntryId.Format(after), pageSize, primary);
                // WhenAll observes the exceptions of all three commands, even if the first one fails.
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

    // Adds the updates of one Redis stream entry. Returns the position of the last update.
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
            // Another program has written into the Redis stream. The entry keeps its position, and has no topic, so it
            // is delivered to no subscriber.
            LogUnreadable(exception, position.ToString());
            return new LogEntry(position, new Update([], ""), time.GetTimestamp());
        }
    }

    [LoggerMessage(225, LogLevel.Error,
        "Skipped the entry {Id} in Redis: it is not an update. Make sure that no other program writes keys with the "
        + "prefix of Redis:KeyPrefix")]
    private partial void LogUnreadable(Exception exception, string id);
}
