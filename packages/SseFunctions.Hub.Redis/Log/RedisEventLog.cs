using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.Registry;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>A log in Redis, shared by all instances that name the same server and keys: one order, one history. Each
/// instance holds a copy of it in memory, from which its subscribers are served, so that the load on Redis does not
/// grow with them.</summary>
internal sealed class RedisEventLog : IEventLog, IAsyncDisposable
{
    // What may be on the way from one instance to the others, many times over: it must not be dropped in between.
    private const int LeastCount = 4096;
    private const long LeastBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(2);

    // Before everything: whoever asks before anything was read has to ask again.
    private static readonly LogPosition Unknown = new(-1, 0);

    private readonly TimeProvider _time;
    private readonly RedisKeys _keys;
    private readonly RedisIdentity? _identity;
    private readonly RedisConnection _connection;
    private readonly EntryStore _held;
    private readonly RedisMirror _mirror;
    private readonly RedisAppender _appender;
    private readonly RedisWrites _writes;

    /// <summary>Makes it; nothing is read before <see cref="StartAsync"/>.</summary>
    public RedisEventLog(
        RedisOptions options, LogLimits limits, TimeProvider time, RedisMetrics metrics, ILogger<RedisEventLog> logger)
        : this(options, null, limits, time, metrics, logger)
    {
    }

    /// <summary>The same, with an identity and limits in Redis of a test's own.</summary>
    internal RedisEventLog(
        RedisOptions options,
        RedisIdentity? identity,
        LogLimits limits,
        TimeProvider time,
        RedisMetrics metrics,
        ILogger<RedisEventLog> logger,
        LogLimits? stored = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxCount, 1, nameof(limits));
        _time = time;
        _keys = new RedisKeys(options.KeyPrefix);
        var clock = new RedisClock(time);
        _identity = identity ?? RedisIdentity.Of(options, time, logger);
        _connection = new RedisConnection(options, _identity, metrics, time, logger);
        _held = new EntryStore(new LogRing(limits, Unknown), time);
        _mirror = new RedisMirror(_connection, _keys, _held, limits, clock, metrics, time, logger);
        _writes = new RedisWrites(_connection, _keys, time);
        _appender = new RedisAppender(_connection, _keys, stored ?? InRedis(limits), _held, _mirror, clock, _writes);
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

    /// <summary>Whether Redis cannot be read just now.</summary>
    public bool IsCut => _mirror.IsCut;

    /// <summary>The code of the error with which Redis refuses to store updates; null if it stores them, or does not
    /// answer.</summary>
    internal Task<string?> RefusalAsync(CancellationToken cancellationToken) => _writes.RefusalAsync(cancellationToken);

    /// <summary>Begins to read, and waits until everything there is has been read; not for long if Redis does not
    /// answer: it goes on trying.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _mirror.Start().WaitAsync(LongestStart, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Streams that need no log work without.
        }
    }

    /// <summary>The registry of the instances that share this log, over the same connection.</summary>
    internal RedisInstanceRegistry Registry(RegistryTimes times) => new(_connection, _keys, times);

    /// <inheritdoc/>
    public LogEnd FindEnd() => _held.End is var end && end.Tail > Unknown
        ? end
        : throw new LogUnavailableException("Redis has not been read yet.");

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
            // So that whoever has published finds it here.
            await _held.ReachAsync(entry.Position, cancellationToken).WaitAsync(_connection.Timeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It is in the log all the same.
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

    /// <summary>What Redis holds, so that each instance can hold what the limits say: Redis drops what was appended
    /// together at once, and counts the bytes that lie there.</summary>
    internal static LogLimits InRedis(LogLimits limits) => limits with
    {
        MaxCount = Math.Max(limits.MaxCount, LeastCount),
        MaxBytes = Math.Max(limits.MaxBytes + (limits.MaxBytes / 4), LeastBytes),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _mirror.DisposeAsync();
        if (_identity is not null) await _identity.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // An id that the reader may not see takes the same way as an unknown one: nor must the time of the answer tell.
    private async ValueTask<LogPosition?> FindAsync(
        string id, Func<LogPosition?> find, CancellationToken cancellationToken)
    {
        // Before it is looked for: what comes in between is found.
        var tail = _held.Tail;
        if (find() is { } place) return place;
        if (id.Length == 0) return null;
        // Another instance may just have given it out.
        if (id[0] == LogPosition.Mark && (!LogPosition.TryParse(id, out var own) || own <= tail)) return null;
        try
        {
            await _mirror.ReadOnAsync().WaitAsync(LongestSearch, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new LogUnavailableException("Redis does not answer.", exception);
        }
        // In this order: what was read in between is found.
        var isCut = IsCut;
        if (find() is { } found) return found;
        // Not "unknown": whoever is told that gets everything again, and may have missed nothing.
        return isCut ? throw new LogUnavailableException("Redis cannot be read.") : null;
    }
}
