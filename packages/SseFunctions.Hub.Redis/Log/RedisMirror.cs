using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Keeps the mirror, this instance's copy of the shared log in Redis, up to date. Subscribers read the mirror,
/// and only this class reads the log from Redis, so the load on Redis does not grow with the number of
/// subscribers.</summary>
/// <remarks>
/// <para>One loop reads: when another instance rings the bell (the Redis channel on which an append publishes the new
/// tail), when this instance has appended an entry that the mirror lacks, when a caller or a restored connection
/// requests a read, and every 1.5 s, because a message of the bell can be lost.</para>
/// <para>A read continues after the mirror's last entry. Each entry in Redis is linked to the position of the entry
/// before it, so the loop notices two kinds of gaps. If Redis has dropped entries that this instance has not read, the
/// mirror starts again after them. If Redis has lost entries that the mirror has, for example in a failover, the mirror
/// is loaded anew from Redis.</para>
/// <para>Who calls: <see cref="RedisEventLog"/> owns the mirror. It calls <see cref="Start"/> once, and later
/// <see cref="DisposeAsync"/>, which may be repeated. Any thread may call the other members. This class has no lock:
/// <see cref="EntryStore"/> (the entries) and <see cref="ReadRequests"/> (the reasons to read) have their own locks,
/// and only the loop changes the state and the time of the last read.</para>
/// </remarks>
internal sealed partial class RedisMirror : IAsyncDisposable
{
    // If a regular read finds an entry older than this, the entry's bell counts as missed. The bell of a younger entry
    // may still be on its way.
    private const long LongestBellMilliseconds = 500;

    // The start position of a mirror after Redis has lost entries. It is before every entry, and differs from 0-0, the
    // start position of a log without losses: the new log must not share the lost log's start position. Otherwise a
    // subscriber at that position would miss the lost entries unnoticed.
    private static readonly LogPosition StartAfterLoss = new(0, 1);

    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly RedisReader _reader;
    private readonly BellSubscription _bell;
    private readonly EntryStore _held;
    private readonly LogLimits _limits;
    private readonly RedisClock _clock;
    private readonly RedisMirrorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ReadRequests _requests;
    private readonly ITimer _timer;
    private volatile MirrorState _state;
    private long _lastRead;
    private Task _running = Task.CompletedTask;

    /// <summary>Prepares the mirror; it reads nothing before <see cref="Start"/>.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="keys">The keys of the shared log in Redis.</param>
    /// <param name="held">The entries of the mirror. <see cref="RedisAppender"/> also adds entries to it.</param>
    /// <param name="limits">The limits of the mirror.</param>
    /// <param name="clock">The estimate of Redis' time, which each read updates.</param>
    /// <param name="instance">The name of this instance, whose own messages on the bell are ignored.</param>
    /// <param name="metrics">Counts missed bells, and reports the lag.</param>
    /// <param name="time">The clock of this instance.</param>
    /// <param name="logger">Receives failed reads, and losses.</param>
    public RedisMirror(
        RedisConnection connection,
        LogKeys keys,
        EntryStore held,
        LogLimits limits,
        RedisClock clock,
        string instance,
        RedisMirrorMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _reader = new RedisReader(connection, keys, clock, time, logger);
        _held = held;
        _limits = limits;
        _clock = clock;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _lastRead = time.GetTimestamp();
        _requests = new ReadRequests(held);
        _bell = new BellSubscription(connection, keys.Bell, instance, _requests.Expect, logger);
        connection.Restored += () => _requests.RequestAsync();
        metrics.ObserveLag(() => Lag);
        _timer = time.CreateTimer(
            _ => _requests.RequestAsync(isTimerDue: true), null, ReadInterval, ReadInterval);
    }

    /// <summary>Whether the last read failed, or no read has succeeded yet.</summary>
    public bool IsCut => _state != MirrorState.Current;

    /// <summary>Gets the time since the last read that succeeded; before the first, the time since the creation.
    /// </summary>
    public TimeSpan Lag => _time.GetElapsedTime(Volatile.Read(ref _lastRead));

    private bool IsLoaded => _state is MirrorState.Current or MirrorState.CutOff;

    private bool IsFailureLogged => _state is MirrorState.StartFailed or MirrorState.CutOff;

    /// <summary>Starts the loop, which reads until disposal. Call it once.</summary>
    /// <returns>A task that completes when the whole log has been read, or the first attempt has failed.</returns>
    public Task Start()
    {
        var first = _requests.RequestAsync();
        _running = Task.Run(RunAsync);
        return first;
    }

    /// <summary>Reports that there is an entry at a position. The loop reads it unless the mirror has it already.
    /// </summary>
    public void Expect(LogPosition position) => _requests.Expect(position);

    /// <summary>Requests a read of the entries after the mirror's last one.</summary>
    /// <returns>A task that completes when a read that began after this call has ended, with or without success.
    /// </returns>
    public Task ReadOnAsync() => _requests.RequestAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _running;
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _requests.WaitAsync(_stop.Token);
                while (_requests.TryTake(out var isTimerDue, out var read))
                {
                    var isDone = await TryReadAsync(isTimerDue);
                    read.TrySetResult();
                    if (isDone) continue;
                    await Task.Delay(RetryDelay, _time, _stop.Token);
                    _ = _requests.RequestAsync();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task<bool> TryReadAsync(bool isTimerDue)
    {
        try
        {
            // Listen to the bell before reading, so that no entry between the two is missed.
            await _bell.EnsureAsync(_stop.Token);
            if (!IsLoaded || !await TryReadOnAsync(isTimerDue)) await LoadAsync();
            Volatile.Write(ref _lastRead, _time.GetTimestamp());
            if (IsCut) LogRead(_held.Size.Count);
            _state = MirrorState.Current;
            return true;
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            // Catch everything: nothing else reads the log, so this loop must not end.
            var isNews = !IsFailureLogged || exception is not HubUnavailableException;
            // Set the state before logging: a health check after the log message must already report the failure.
            _state = IsLoaded ? MirrorState.CutOff : MirrorState.StartFailed;
            if (isNews) LogNotRead(exception);
            return false;
        }
    }

    // Reads the entries after the mirror's last one. False if Redis has lost entries that the mirror has: then the
    // mirror must be loaded anew.
    private async Task<bool> TryReadOnAsync(bool isTimerDue)
    {
        RedisPage page;
        do
        {
            var tail = _held.Tail;
            page = await _reader.ReadAsync(tail, _stop.Token);
            if (page.Tail < tail) return HasLost(page.Tail);
            var rung = _clock.Now - LongestBellMilliseconds;
            if (isTimerDue && page.Entries.Any(entry => entry.Entry.Position.Milliseconds < rung))
                _metrics.BellMissed();
            LinkedEntry[] entries = [.. page.Entries];
            var count = _held.Add(entries);
            if (count == entries.Length) continue;
            if (entries[count].Previous < _held.Tail) return HasLost(entries[count].Previous);
            // Redis has dropped entries that this instance had not read yet. The mirror starts again after them.
            LogFellBehind(_held.Tail.ToString(), entries[count].Previous.ToString());
            _held.Replace(new LogRing(_limits, entries[count].Previous, _held.End.LastPublic));
            _held.Add(entries.AsSpan(count));
        }
        while (page.IsFull);
        return true;
    }

    // Reads all entries from Redis, and replaces those of the mirror.
    private async Task LoadAsync()
    {
        // If the mirror had entries, Redis has lost some of them. Clients may have received the lost entries, so new
        // entries must get positions after them.
        var highest = _held.Highest;
        var isLoss = highest > default(LogPosition);
        if (isLoss) await _reader.AdvanceAsync(highest, _stop.Token);
        var ring = new LogRing(_limits, isLoss ? StartAfterLoss : default);
        RedisPage page;
        do
        {
            page = await _reader.ReadAsync(ring.Tail, _stop.Token);
            foreach (var (previous, entry) in page.Entries)
            {
                // Either this is the first entry that Redis holds, or Redis has dropped entries since the last page.
                if (previous != ring.Tail && previous != default)
                    ring = new LogRing(_limits, previous, ring.LastPublic);
                ring.Add(entry);
                ring.Trim(_time.GetUtcNow(), ring.Tail);
            }
        }
        while (page.IsFull);
        // The Redis stream is lost, but its tail is known. The next entry will be linked to that tail.
        if (ring.Size.Count == 0 && page.Tail > ring.Tail) ring = new LogRing(_limits, page.Tail, ring.LastPublic);
        _held.Replace(ring);
        // This instance may have appended entries since the last page was read. RedisAppender added them to the
        // replaced ring, so read once more.
        _ = _requests.RequestAsync();
    }

    // Logs that Redis has lost entries. Always false, the result of TryReadOnAsync.
    private bool HasLost(LogPosition after)
    {
        LogLost(after.ToString(), _held.Tail.ToString());
        return false;
    }

    [LoggerMessage(221, LogLevel.Information, "Read the shared log in Redis: this instance holds {Count} entries")]
    private partial void LogRead(int count);

    [LoggerMessage(222, LogLevel.Warning,
        "The shared log in Redis cannot be read: trying again. Subscribers stay connected, and get the updates that "
        + "they miss when it can be read again. If this lasts, check the server and Redis:ConnectionString")]
    private partial void LogNotRead(Exception exception);

    [LoggerMessage(223, LogLevel.Warning,
        "This instance fell behind the shared log in Redis: Redis has dropped the entries after {From} up to {To} "
        + "before this instance has read them. Subscribers that miss some of them are told when they reconnect. To "
        + "keep more entries, raise Hub:History:MaxCount, Hub:History:MaxBytes or Hub:History:MaxAge")]
    private partial void LogFellBehind(string from, string to);

    [LoggerMessage(224, LogLevel.Error,
        "Redis has lost the entries after {From} up to {To}. Subscribers that received some of them are told when they "
        + "reconnect. Check the persistence, the replication and the eviction policy of Redis")]
    private partial void LogLost(string from, string to);
}
