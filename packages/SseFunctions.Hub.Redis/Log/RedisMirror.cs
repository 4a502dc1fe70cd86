using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Keeps this process's copy of the log up to date: the only one in it who reads from Redis, however many
/// subscribe. It reads when the bell rings, when someone expects an entry, and anyway every now and then, because a
/// bell can be lost.</summary>
internal sealed partial class RedisMirror : IAsyncDisposable
{
    // The bell did not tell of an entry that is older than this when it is found. A younger one's is on its way.
    private const long LongestBellMilliseconds = 500;

    // Before every entry, and not the start of a log that never was another.
    private static readonly LogPosition StartAfterLoss = new(0, 1);

    private static readonly TimeSpan ReadAnyway = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly RedisReader _reader;
    private readonly EntryStore _held;
    private readonly LogLimits _limits;
    private readonly RedisClock _clock;
    private readonly RedisMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly MirrorQuestions _questions;
    private readonly ITimer _timer;
    private bool _isSubscribed;
    private bool _isLoaded;
    private bool _isCut = true;
    private bool _isCutLogged;
    private bool _isDeafnessLogged;
    private long _lastRead;
    private Task _running = Task.CompletedTask;

    /// <summary>Made by the log.</summary>
    public RedisMirror(
        RedisConnection connection,
        RedisKeys keys,
        EntryStore held,
        LogLimits limits,
        RedisClock clock,
        RedisMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _connection = connection;
        _keys = keys;
        _reader = new RedisReader(connection, keys, clock, time, logger);
        _held = held;
        _limits = limits;
        _clock = clock;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _lastRead = time.GetTimestamp();
        _questions = new MirrorQuestions(held);
        connection.Restored += () => _questions.Ask();
        metrics.ObserveLag(() => Silence);
        _timer = time.CreateTimer(_ => _questions.Ask(isDue: true), null, ReadAnyway, ReadAnyway);
    }

    /// <summary>What the bell says if this process rings it.</summary>
    public string Name { get; } = $"{Guid.NewGuid():N}";

    /// <summary>Whether the last try to read failed, or none has succeeded yet.</summary>
    public bool IsCut => Volatile.Read(ref _isCut);

    /// <summary>Since when it has not heard from Redis.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastRead));

    /// <summary>Begins to read.</summary>
    /// <returns>Completes when it has read everything there is, or has failed to.</returns>
    public Task Start()
    {
        var first = _questions.Ask();
        _running = Task.Run(RunAsync);
        return first;
    }

    /// <summary>Says that there is an entry, which will be read if it is not here yet.</summary>
    public void Expect(LogPosition place) => _questions.Expect(place);

    /// <summary>Reads on once.</summary>
    /// <returns>Completes when that is done, or has failed.</returns>
    public Task ReadOnAsync() => _questions.Ask();

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
                await _questions.WaitAsync(_stop.Token);
                while (_questions.TryTake(out var isDue, out var answered))
                {
                    var isDone = await PassAsync(isDue);
                    answered.TrySetResult();
                    if (isDone) continue;
                    await Task.Delay(RetryDelay, _time, _stop.Token);
                    _ = _questions.Ask();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is not needed any more.
        }
    }

    private async Task<bool> PassAsync(bool isDue)
    {
        try
        {
            // Before the first read, so that nothing falls between.
            if (!_isSubscribed) _isSubscribed = await SubscribeAsync();
            if (!_isLoaded || !await ReadOnAsync(isDue)) await LoadAsync();
            Volatile.Write(ref _lastRead, _time.GetTimestamp());
            if (IsCut) LogRead(_held.Size.Count);
            Volatile.Write(ref _isCut, _isCutLogged = false);
            return true;
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            // Nobody else reads, so it has to go on, whatever it was.
            var isNews = !_isCutLogged || exception is not LogUnavailableException;
            // Before it is said: who hears of it and asks is told so.
            Volatile.Write(ref _isCut, _isCutLogged = true);
            if (isNews) LogNotRead(exception);
            return false;
        }
    }

    // False if Redis lets nobody listen: then all that there is is found by reading anyway.
    private async Task<bool> SubscribeAsync()
    {
        try
        {
            await _connection.SubscribeAsync(_keys.Bell, OnNotification, _stop.Token);
            return true;
        }
        catch (LogUnavailableException exception) when (exception.InnerException is RedisServerException)
        {
            if (!_isDeafnessLogged) LogDeaf(_keys.Bell.ToString(), exception.Message);
            _isDeafnessLogged = true;
            return false;
        }
    }

    // Who rang, and the last entry. What this process has appended is here with the answer, or is expected then.
    private void OnNotification(RedisValue message)
    {
        if (((string?)message)?.Split(' ') is [var name, var tail] && name != Name)
            _questions.Expect(RedisPlace.Read(tail));
    }

    // False if the log in Redis is not the one any more of which this is a copy.
    private async Task<bool> ReadOnAsync(bool isDue)
    {
        RedisPage page;
        do
        {
            var place = _held.Tail;
            page = await _reader.ReadAsync(place, _stop.Token);
            if (page.Tail < place) return HasLost(page.Tail);
            var rung = _clock.Now - LongestBellMilliseconds;
            if (isDue && page.Entries.Any(entry => entry.Entry.Position.Milliseconds < rung)) _metrics.BellMissed();
            LinkedEntry[] entries = [.. page.Entries];
            var count = _held.Add(entries);
            if (count == entries.Length) continue;
            if (entries[count].Previous < _held.Tail) return HasLost(entries[count].Previous);
            // More was appended and dropped again than was read meanwhile.
            LogFellBehind(_held.Tail.ToString(), entries[count].Previous.ToString());
            _held.Replace(new LogRing(_limits, entries[count].Previous, _held.End.LastPublic));
            _held.Add(entries.AsSpan(count));
        }
        while (page.IsFull);
        return true;
    }

    private async Task LoadAsync()
    {
        // What it held is not all in Redis any more. Ids have to go on behind it all the same.
        var highest = _held.Highest;
        var isLoss = highest > default(LogPosition);
        if (isLoss) await _reader.MarkAsync(highest, _stop.Token);
        // Nor is the start of what was lost the start of this.
        var ring = new LogRing(_limits, isLoss ? StartAfterLoss : default);
        RedisPage page;
        do
        {
            page = await _reader.ReadAsync(ring.Tail, _stop.Token);
            foreach (var (previous, entry) in page.Entries)
            {
                // The first one, or the first after some that were dropped while we read.
                if (previous != ring.Tail && previous != default)
                    ring = new LogRing(_limits, previous, ring.LastPublic);
                ring.Add(entry);
                ring.Trim(_time.GetUtcNow(), ring.Tail);
            }
        }
        while (page.IsFull);
        // The stream is gone, and what comes next is linked to its last entry all the same.
        if (ring.Size.Count == 0 && page.Tail > ring.Tail) ring = new LogRing(_limits, page.Tail, ring.LastPublic);
        _held.Replace(ring);
        _isLoaded = true;
        // What was appended here since the last page was put into the ring that is gone now.
        _ = _questions.Ask();
    }

    private bool HasLost(LogPosition after)
    {
        LogLost(after.ToString(), _held.Tail.ToString());
        return false;
    }

    [LoggerMessage(21, LogLevel.Information, "The shared log in Redis is read: {Count} updates are held")]
    private partial void LogRead(int count);

    [LoggerMessage(22, LogLevel.Warning,
        "The shared log in Redis cannot be read. Subscribers stay, and catch up when it can be again")]
    private partial void LogNotRead(Exception exception);

    [LoggerMessage(25, LogLevel.Warning,
        "Redis does not let this instance listen to the channel {Channel} (ACL: &{Channel}): updates of other "
        + "instances are found up to 1.5 s late. {Reason}")]
    private partial void LogDeaf(string channel, string reason);

    [LoggerMessage(23, LogLevel.Warning,
        "This instance fell behind the shared log, and misses what is between {From} and {To}")]
    private partial void LogFellBehind(string from, string to);

    [LoggerMessage(24, LogLevel.Error,
        "Redis has lost what was in the log after {From} up to {To}. Subscribers that had some of it are told when "
        + "they come back")]
    private partial void LogLost(string from, string to);
}
