using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Reads the shared log from Redis into the mirror, which is this instance's copy of the log: an
/// <see cref="EntryStore"/>. Subscribers read the mirror, so the load on Redis does not grow with the number of
/// subscribers.</summary>
/// <remarks>
/// <para>One loop reads. The reasons to read are: another instance rings the bell (an append publishes the position of
/// the new entry on a Redis channel); this instance appended an entry, and the mirror lacks the entry before it; a
/// caller asks; a connection is restored; the last read failed; the mirror was loaded anew. The loop also reads every
/// 1.5 s, because a message of the bell can be lost.</para>
/// <para>A read starts after the mirror's last entry, the tail. Each entry in Redis names the position of the entry
/// before it, so the loop notices two kinds of gaps. Redis has <i>dropped</i> entries if its limits removed them before
/// this instance read them: the mirror is emptied, and starts after them. Redis has <i>lost</i> entries if it does not
/// have the mirror's last entry, for example after a failover. If Redis' last entry is in the mirror, the loop appends
/// the entries after it again. Otherwise the mirror is replaced by what Redis has now, because all instances must have
/// the same entries.</para>
/// <para>Who calls: <see cref="RedisEventLog"/> calls <see cref="Start"/> once, and later <see cref="DisposeAsync"/>;
/// further calls of the latter do nothing. Any thread may call the other members. This class has no lock, because
/// <see cref="EntryStore"/> (the entries) and <see cref="ReadRequests"/> (the reasons to read) have their own. Only the
/// loop changes the state, the time of the last read and the start position. <see cref="RedisAppender"/> adds entries
/// to the mirror too: the store accepts an entry only after the entry that it names, so both can add at the same
/// time.</para>
/// </remarks>
internal sealed partial class RedisMirror : IAsyncDisposable
{
    // If the timer starts a read, and the read finds an entry older than this, a message of the bell counts as missed.
    // The message for a younger entry may still arrive.
    private const long LongestBellMilliseconds = 500;

    // The number of lost entries that one call of a script restores, at most.
    private const int MaxRestored = 256;

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
    private LogPosition _start;
    private Task _running = Task.CompletedTask;

    /// <summary>Starts the timer and listens for restored connections. Nothing is read from Redis before
    /// <see cref="Start"/>.</summary>
    /// <param name="connection">The connection to Redis.</param>
    /// <param name="keys">The keys of the shared log in Redis.</param>
    /// <param name="held">The mirror. <see cref="RedisAppender"/> also adds entries to it.</param>
    /// <param name="limits">How many entries the mirror keeps, by count, bytes and age.</param>
    /// <param name="clock">The estimate of Redis' time, which each read updates.</param>
    /// <param name="instance">The name of this instance. Its own messages on the bell are ignored.</param>
    /// <param name="metrics">Counts missed messages of the bell, and reports <see cref="Lag"/>.</param>
    /// <param name="time">The clock of this instance.</param>
    /// <param name="logger">Receives the messages of this class, of its reader and of its bell subscription.</param>
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

    /// <summary>Whether this instance is cut off from the shared log: the last read failed, or no read has succeeded
    /// yet.</summary>
    public bool IsCut => _state != MirrorState.Current;

    /// <summary>Gets the time since the last read that succeeded; before the first, the time since the creation.
    /// </summary>
    public TimeSpan Lag => _time.GetElapsedTime(Volatile.Read(ref _lastRead));

    private bool IsLoaded => _state is MirrorState.Current or MirrorState.CutOff;

    private bool IsFailureLogged => _state is MirrorState.StartFailed or MirrorState.CutOff;

    /// <summary>Starts the loop, which reads until disposal. Call it once.</summary>
    /// <returns>A task that completes when the whole log has been read, or when the first attempt has failed. It does
    /// not complete if <see cref="DisposeAsync"/> interrupts that attempt.</returns>
    public Task Start()
    {
        var first = _requests.RequestAsync();
        _running = Task.Run(RunAsync);
        return first;
    }

    /// <summary>Reports that there is an entry at a position. The loop reads it unless the mirror has it already.
    /// </summary>
    public void Expect(LogPosition position) => _requests.Expect(position);

    /// <summary>Asks the loop to read the entries after the mirror's last entry.</summary>
    /// <returns>A task that completes when the read is done or has failed. The read starts after this call. The task
    /// does not complete if <see cref="DisposeAsync"/> interrupts the read.</returns>
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
            // DisposeAsync ends the loop.
        }
    }

    private async Task<bool> TryReadAsync(bool isTimerDue)
    {
        try
        {
            // Listen to the bell before reading: an entry that is appended after the read must ring.
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
            // Catch everything except our own cancellation: nothing else reads the log, so this loop must not end. An
            // exception other than HubUnavailableException is a defect, so each one is logged.
            var isNews = !IsFailureLogged || exception is not HubUnavailableException;
            // Set the state before logging: a health check after the log message must already report the failure.
            _state = IsLoaded ? MirrorState.CutOff : MirrorState.StartFailed;
            if (isNews) LogNotRead(exception);
            return false;
        }
    }

    // Reads the entries after the mirror's last entry. Returns false if Redis has lost entries: then the mirror must be
    // loaded anew.
    private async Task<bool> TryReadOnAsync(bool isTimerDue)
    {
        RedisPage page;
        do
        {
            var tail = _held.Tail;
            page = await _reader.ReadAsync(tail, _stop.Token);
            if (page.Tail < tail)
            {
                if (await TryRestoreAsync(page.Tail, tail)) continue;
                LogLost(page.Tail.ToString(), tail.ToString());
                return false;
            }
            // The bell of an entry that was appended before this time has had time to arrive.
            var heardBefore = _clock.Now - LongestBellMilliseconds;
            if (isTimerDue && page.Entries.Any(entry => entry.Entry.Position.Milliseconds < heardBefore))
                _metrics.BellMissed();
            LinkedEntry[] entries = [.. page.Entries];
            var count = _held.Add(entries);
            if (count == entries.Length) continue;
            // The predecessor of the entry is older than the mirror's last entry: Redis has lost the mirror's last one.
            // Or the entry is the first one of a log that has replaced a lost log.
            if (entries[count].Previous < _held.Tail || IsStart(entries[count].Previous))
            {
                LogLost(entries[count].Previous.ToString(), _held.Tail.ToString());
                return false;
            }
            // The entry follows an entry that this instance has not read, and that Redis has dropped.
            LogFellBehind(_held.Tail.ToString(), entries[count].Previous.ToString());
            _held.Replace(new LogRing(_limits, entries[count].Previous, _held.End.LastPublic));
            _held.Add(entries.AsSpan(count));
        }
        while (page.IsFull);
        return true;
    }

    // Appends the entries again that Redis has lost. Returns false if this is not possible: the mirror does not hold
    // all of them, Redis does not accept their positions, or Redis is empty, and may have been emptied on purpose.
    private async Task<bool> TryRestoreAsync(LogPosition from, LogPosition to)
    {
        if (IsStart(from)) return false;
        var lost = new LogEntry[MaxRestored];
        var after = from;
        while (after < to)
        {
            LogPosition? tail;
            try
            {
                var count = _held.Read(after, lost);
                tail = await _reader.RestoreAsync(after, lost.AsMemory(0, count), _stop.Token);
            }
            catch (LogGapException)
            {
                return false;
            }
            if (tail is not { } reached || reached <= after) return false;
            after = reached;
        }
        // Otherwise another instance has appended entries in the meantime. The next read finds out whether they follow
        // the lost ones.
        if (after == to) LogRestored(from.ToString(), to.ToString());
        _ = _requests.RequestAsync();
        return true;
    }

    // Reads all entries from Redis, and replaces those of the mirror.
    private async Task LoadAsync()
    {
        // The mirror is loaded when it is empty, and after a loss. After a loss, clients may have received the lost
        // entries, so new entries must get positions after the highest position that this instance has seen.
        var highest = _held.Highest;
        var isLoss = highest > default(LogPosition);
        if (isLoss) await _reader.AdvanceAsync(highest, _stop.Token);
        // After a loss the start position must be another one, so that a subscriber which is still at the earlier one
        // is told about the gap: it has not received the lost entries.
        var start = isLoss ? new LogPosition(0, highest.Milliseconds) : default;
        var ring = new LogRing(_limits, start, start);
        RedisPage page;
        do
        {
            page = await _reader.ReadAsync(ring.Tail, _stop.Token);
            foreach (var (previous, entry) in page.Entries)
            {
                if (IsStart(previous))
                {
                    // The very first entry of a log. If the ring has entries, they are of a log that Redis has lost
                    // since the last page. Take the start position of a new log from Redis, because all instances find
                    // the same there. But a log that has lost only its last entries still names its earlier start.
                    if (previous > _start) start = previous;
                    ring = new LogRing(_limits, start, start);
                }
                // The entry before this one is missing: this is the first entry that Redis still holds, or Redis has
                // dropped entries since the last page.
                else if (previous != ring.Tail)
                {
                    ring = new LogRing(_limits, previous, ring.LastPublic);
                }
                ring.Add(entry);
                ring.Trim(_time.GetUtcNow(), ring.Tail);
            }
        }
        while (page.IsFull);
        // The log ends before the highest position again. While it does, append.lua refuses every append.
        if (isLoss && page.Tail < highest)
            throw new HubUnavailableException("Redis has lost more entries while the log was read.");
        // Redis has no entries, but a key with the position of the last one. The next entry will name that position.
        if (ring.Size.Count == 0 && page.Tail > ring.Tail) ring = new LogRing(_limits, page.Tail, ring.LastPublic);
        _held.Replace(ring);
        _start = start;
        // This instance may have appended entries since the last page was read. RedisAppender added them to the old
        // ring, which is gone, so read once more.
        _ = _requests.RequestAsync();
    }

    // A start position is before every entry.
    private static bool IsStart(LogPosition position) => position.Milliseconds == 0;

    [LoggerMessage(221, LogLevel.Information, "The shared log in Redis was read: this instance holds {Count} entries")]
    private partial void LogRead(int count);

    [LoggerMessage(222, LogLevel.Warning,
        "The shared log in Redis cannot be read: trying again. Subscribers stay connected, and get updates again after "
        + "the next successful read. If this lasts, check the server and Redis:ConnectionString")]
    private partial void LogNotRead(Exception exception);

    [LoggerMessage(223, LogLevel.Warning,
        "This instance fell behind the shared log in Redis: Redis dropped the entries after {From} up to {To} before "
        + "this instance read them. Clients that miss some of them learn of the gap when they reconnect. To keep more "
        + "entries, raise Hub:History:MaxCount, Hub:History:MaxBytes or Hub:History:MaxAge")]
    private partial void LogFellBehind(string from, string to);

    [LoggerMessage(226, LogLevel.Warning,
        "Redis had lost the entries after {From} up to {To}. This instance or another one still had them, and appended "
        + "them again. Check the persistence and the replication of Redis")]
    private partial void LogRestored(string from, string to);

    [LoggerMessage(224, LogLevel.Error,
        "Redis has lost the entries after {From} up to {To}. Clients that received some of them learn of the loss when "
        + "they reconnect. Check the persistence, the replication and the eviction policy of Redis")]
    private partial void LogLost(string from, string to);
}
