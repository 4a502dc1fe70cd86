using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>The shared log in Redis, for all instances with the same server and key prefix: one order, one history.
/// Each instance keeps a mirror in memory and serves its subscribers from it, so the load on Redis does not grow with
/// the number of subscribers. Thread-safe.</summary>
internal sealed class RedisEventLog : IEventLog, IAsyncDisposable
{
    // The minimum that Redis holds: many times the entries that can be on their way from one instance to the others. If
    // Redis drops an entry before an instance has read it, the subscribers of that instance miss the entry.
    private const int LeastCount = 4096;
    private const long LeastBytes = 32 * 1024 * 1024;

    // Redis holds 1/4 more bytes than an instance: it drops whole batches, and counts the bytes of the stored JSON.
    private const int ExtraBytesDivisor = 4;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(2);

    // The tail of a mirror that has read nothing yet. It is before every position.
    private static readonly LogPosition Unknown = new(-1, 0);

    private readonly TimeProvider _time;
    private readonly RedisConnection _connection;
    private readonly EntryStore _held;
    private readonly RedisMirror _mirror;
    private readonly RedisAppender _appender;
    private readonly WriteHealth _health;

    /// <summary>Prepares the log; it reads nothing before <see cref="StartAsync"/>.</summary>
    /// <param name="connection">The connection, which this log does not dispose.</param>
    /// <param name="limits">The limits of each instance's mirror.</param>
    /// <param name="time">The clock of this instance: for the age of entries, and the waits.</param>
    /// <param name="metrics">The mirror's metrics.</param>
    /// <param name="logger">Receives failed reads, and losses.</param>
    /// <param name="stored">The limits of the log in Redis. Null: <see cref="StoredLimits"/>.</param>
    public RedisEventLog(
        RedisConnection connection,
        LogLimits limits,
        TimeProvider time,
        RedisMirrorMetrics metrics,
        ILogger<RedisEventLog> logger,
        LogLimits? stored = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxCount, 1, nameof(limits));
        _time = time;
        _connection = connection;
        var instance = $"{Guid.NewGuid():N}";
        var keys = new LogKeys(connection.KeyPrefix);
        var clock = new RedisClock(time);
        _held = new EntryStore(new LogRing(limits, Unknown), time);
        _mirror = new RedisMirror(connection, keys, _held, limits, clock, instance, metrics, time, logger);
        _health = new WriteHealth(connection, keys, time);
        var script = new AppendScript(connection, keys, stored ?? StoredLimits(limits), instance);
        _appender = new RedisAppender(script, connection, _held, _mirror, clock, _health, time);
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public LogPosition Start => _held.Start;

    /// <inheritdoc/>
    public LogPosition Tail => _held.Tail;

    /// <inheritdoc/>
    public string? LastId => _held.LastId;

    /// <inheritdoc/>
    public LogSize Size => _held.Size;

    /// <summary>Whether the last read from Redis failed, or none has succeeded yet.</summary>
    public bool IsCut => _mirror.IsCut;

    /// <summary>The code of the error with which Redis refuses to store updates; null if it stores them, or does not
    /// answer.</summary>
    internal Task<string?> RefusalAsync(CancellationToken cancellationToken) => _health.RefusalAsync(cancellationToken);

    /// <summary>Begins to read, and waits until the mirror has read the whole log, or the first attempt has failed, or
    /// 5 s have passed. The attempts continue in the background. Call it once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _mirror.Start().WaitAsync(LongestStart, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Start the host nevertheless: streams that need no log work without Redis.
        }
    }

    /// <inheritdoc/>
    public LogEnd FindEnd() => _held.End is var end && end.Tail > Unknown
        ? end
        : throw new HubUnavailableException("This instance has not read the shared log in Redis yet.");

    /// <inheritdoc/>
    public async ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        update.CheckId();
        cancellationToken.ThrowIfCancellationRequested();
        var entry = await _appender.AppendAsync(new PendingAppend(update, _time, cancellationToken), cancellationToken);
        if (_held.Tail >= entry.Position) return entry;
        _mirror.Expect(entry.Position);
        try
        {
            // A publisher that reads from this log now must find its own update.
            await _held.ReachAsync(entry.Position, cancellationToken).WaitAsync(_connection.Timeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Redis has stored the update, so the publication has succeeded.
        }
        return entry;
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return FindAsync(id, () => _held.Find(id), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition?> FindVisibleAsync(
        string id, Func<IReadOnlyList<string>, bool>? seesPrivate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return FindAsync(id, () => _held.FindVisible(id, seesPrivate), cancellationToken);
    }

    /// <inheritdoc/>
    public int Read(LogPosition after, Span<LogEntry> entries) => _held.Read(after, entries);

    /// <inheritdoc/>
    public int ReadBack(LogPosition before, Span<LogEntry> entries) => _held.ReadBack(before, entries);

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(
        LogPosition after, CancellationToken cancellationToken) => _held.FollowAsync(after, cancellationToken);

    /// <summary>Gets the limits of the log in Redis that let each instance hold as much as its limits allow.</summary>
    internal static LogLimits StoredLimits(LogLimits limits) => limits with
    {
        MaxCount = Math.Max(limits.MaxCount, LeastCount),
        MaxBytes = Math.Max(limits.MaxBytes + (limits.MaxBytes / ExtraBytesDivisor), LeastBytes),
    };

    /// <summary>Stops reading. The connection stays open.</summary>
    public ValueTask DisposeAsync() => _mirror.DisposeAsync();

    // Searches for the id of an entry that the reader may not see like for an unknown id. Otherwise the time of the
    // answer would reveal whether the entry exists.
    private async ValueTask<LogPosition?> FindAsync(
        string id, Func<LogPosition?> find, CancellationToken cancellationToken)
    {
        // Read the tail before the search, so that the mirror holds, or has dropped, every entry up to this tail.
        var tail = _held.Tail;
        if (find() is { } position) return position;
        if (id.Length == 0) return null;
        // Any other id may belong to an entry that another instance has appended since the last read.
        if (id[0] == LogPosition.Mark && (!LogPosition.TryParse(id, out var own) || own <= tail)) return null;
        try
        {
            await _mirror.ReadOnAsync().WaitAsync(LongestSearch, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new HubUnavailableException("Redis does not answer.", exception);
        }
        // Read IsCut before the second search: a read that ends in between can only make the search succeed.
        var isCut = IsCut;
        if (find() is { } found) return found;
        // Null would mean that the id is unknown. The client would get the whole history again, although it may have
        // missed nothing.
        return isCut ? throw new HubUnavailableException("Redis cannot be read.") : null;
    }
}
