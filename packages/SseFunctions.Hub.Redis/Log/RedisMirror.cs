using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Keeps this process's copy of the log up to date. Nothing else in the process reads the log from Redis, so
/// the load on Redis does not grow with the number of subscribers. The mirror reads when the bell rings, when an entry
/// is expected, and at regular intervals, because a message of the bell can be lost.</summary>
internal sealed partial class RedisMirror : IAsyncDisposable
{
    // An entry older than this, found by a read at the regular interval, counts as one whose bell was lost. The bell of
    // a younger entry may still be on its way.
    private const long LongestBellMilliseconds = 500;

    // Where the copy starts after Redis has lost updates. It is before every entry, and differs from 0-0, where a log
    // that has lost nothing starts: the new log must not share the lost log's start position.
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
    /// <param name="keys">The log in Redis.</param>
    /// <param name="held">The copy.</param>
    /// <param name="limits">How much the copy holds.</param>
    /// <param name="clock">Set from Redis' answers.</param>
    /// <param name="instance">The name with which this process rings the bell.</param>
    /// <param name="metrics">Counts lost bells, and shows the lag.</param>
    /// <param name="time">The clock of this process.</param>
    /// <param name="logger">Receives failures and losses.</param>
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

    /// <summary>Whether the last read failed, or none has succeeded yet.</summary>
    public bool IsCut => _state != MirrorState.Current;

    /// <summary>The time since the last read that succeeded.</summary>
    public TimeSpan Lag => _time.GetElapsedTime(Volatile.Read(ref _lastRead));

    private bool IsLoaded => _state is MirrorState.Current or MirrorState.CutOff;

    private bool IsFailureLogged => _state is MirrorState.StartFailed or MirrorState.CutOff;

    /// <summary>Begins to read.</summary>
    /// <returns>Completes when the whole log has been read, or the first attempt has failed.</returns>
    public Task Start()
    {
        var first = _requests.RequestAsync();
        _running = Task.Run(RunAsync);
        return first;
    }

    /// <summary>Reports that there is an entry at a position. It is read unless the copy has it already.</summary>
    public void Expect(LogPosition position) => _requests.Expect(position);

    /// <summary>Requests a read of the entries after the copy's last one.</summary>
    /// <returns>Completes when that read has ended, with or without success.</returns>
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
            // Listen before reading, so that no entry is missed between the two.
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
            // Set before logging: the health must be degraded by the time somebody sees the message.
            _state = IsLoaded ? MirrorState.CutOff : MirrorState.StartFailed;
            if (isNews) LogNotRead(exception);
            return false;
        }
    }

    // Reads the entries after the copy's last one. False if Redis has lost entries that the copy has: then the copy has
    // to be loaded anew.
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
            // Redis has dropped entries that this instance had not read yet.
            LogFellBehind(_held.Tail.ToString(), entries[count].Previous.ToString());
            _held.Replace(new LogRing(_limits, entries[count].Previous, _held.End.LastPublic));
            _held.Add(entries.AsSpan(count));
        }
        while (page.IsFull);
        return true;
    }

    private async Task LoadAsync()
    {
        // If the copy had entries, Redis has lost some of them. New positions must still be behind the lost ones.
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
                // This is the first entry that Redis holds, or Redis has dropped entries while we read.
                if (previous != ring.Tail && previous != default)
                    ring = new LogRing(_limits, previous, ring.LastPublic);
                ring.Add(entry);
                ring.Trim(_time.GetUtcNow(), ring.Tail);
            }
        }
        while (page.IsFull);
        // The stream is lost, but its tail is known: the next entry will be linked to it.
        if (ring.Size.Count == 0 && page.Tail > ring.Tail) ring = new LogRing(_limits, page.Tail, ring.LastPublic);
        _held.Replace(ring);
        // This process may have appended entries since the last page was read. They went into the ring that has just
        // been replaced, so read once more.
        _ = _requests.RequestAsync();
    }

    private bool HasLost(LogPosition after)
    {
        LogLost(after.ToString(), _held.Tail.ToString());
        return false;
    }

    [LoggerMessage(21, LogLevel.Information, "The shared log in Redis is read: {Count} updates are held")]
    private partial void LogRead(int count);

    [LoggerMessage(22, LogLevel.Warning,
        "The shared log in Redis cannot be read. Subscribers stay connected, and get what they miss when it can be "
        + "read again")]
    private partial void LogNotRead(Exception exception);

    [LoggerMessage(23, LogLevel.Warning,
        "This instance fell behind the shared log in Redis, and misses the updates between {From} and {To}")]
    private partial void LogFellBehind(string from, string to);

    [LoggerMessage(24, LogLevel.Error,
        "Redis has lost the updates after {From} up to {To}. Subscribers that received some of them are told when they "
        + "reconnect")]
    private partial void LogLost(string from, string to);
}
