using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The thread that reads the connections of all subscribers, breaks some of them and opens them
/// again.</summary>
internal sealed class SubscriberLoop : IDisposable
{
    private const int ReceiveBytes = 64 * 1024;
    private const int WaitMilliseconds = 20;
    private const int MaxPartBytes = 200;
    private const int MaxEarlyDrops = 3;

    private readonly Poller _poller = new();
    private readonly PriorityQueue<Subscriber, long> _absent = new();
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly SemaphoreSlim _opening = new(LoadLimits.OpenedAtOnce);
    private readonly SemaphoreSlim? _inFlight;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Random _random = new();
    private readonly LoadTarget _target;
    private readonly Subscriber[] _subscribers;
    private readonly Thread _thread;
    private byte[] _buffer = new byte[ReceiveBytes];
    private long _deliveries;
    private long _nextDrop;
    private volatile bool _isStopped;

    /// <summary>Starts the thread.</summary>
    /// <param name="target">The server and the topic of the subscribers.</param>
    /// <param name="subscribers">All subscribers, by number.</param>
    /// <param name="inFlight">The semaphore to release for each update that all subscribers have got; null:
    /// none.</param>
    public SubscriberLoop(LoadTarget target, Subscriber[] subscribers, SemaphoreSlim? inFlight)
    {
        Order = new DeliveryOrder(subscribers.Count(subscriber => !subscriber.IsStalled));
        _inFlight = inFlight;
        _target = target;
        _subscribers = subscribers;
        _thread = new Thread(Run) { IsBackground = true, Name = "subscribers" };
        _thread.Start();
    }

    /// <summary>The order of deliveries. Use it only within <see cref="AskAsync"/>.</summary>
    public DeliveryOrder Order { get; }

    /// <summary>The counters. Use them only within <see cref="AskAsync"/>.</summary>
    public LoadCounts Counts { get; } = new();

    /// <summary>The number of connections per second to break. Set it only within <see cref="AskAsync"/>.</summary>
    public double DropsPerSecond { get; set; }

    /// <summary>The number of deliveries so far. Any thread may read it.</summary>
    public long Deliveries => Volatile.Read(ref _deliveries);

    /// <summary>Opens all streams, a few at a time, and waits until the headers of each have come.</summary>
    /// <exception cref="IOException">A stream did not open.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var subscriber in _subscribers)
        {
            await WaitToOpenAsync(cancellationToken);
            Open(subscriber);
        }
        for (var count = 0; count < LoadLimits.OpenedAtOnce; count++) await WaitToOpenAsync(cancellationToken);
        _opening.Release(LoadLimits.OpenedAtOnce);
    }

    /// <summary>Breaks all connections on which no update has come, each one to three times before the first update.
    /// Call it only within <see cref="AskAsync"/>.</summary>
    public void DropEarly()
    {
        foreach (var subscriber in _subscribers)
        {
            if (!subscriber.HasBegun || subscriber.IsStalled || HasUpdates(subscriber)) continue;
            subscriber.EarlyDropsLeft = _random.Next(1, MaxEarlyDrops + 1);
            DropEarly(subscriber);
        }
    }

    /// <summary>Runs a function on the thread, between two receives.</summary>
    /// <exception cref="IOException">The thread has failed.</exception>
    public async Task<T> AskAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() => done.SetResult(action()));
        if (await Task.WhenAny(done.Task, _ended.Task).WaitAsync(cancellationToken) == _ended.Task) await _ended.Task;
        return await done.Task;
    }

    /// <summary>Stops the thread and breaks all connections.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _thread.Join();
        foreach (var subscriber in _subscribers) subscriber.Dispose();
        _poller.Dispose();
        _opening.Dispose();
    }

    private async Task WaitToOpenAsync(CancellationToken cancellationToken)
    {
        var opened = _opening.WaitAsync(LoadLimits.Patience, cancellationToken);
        if (await Task.WhenAny(opened, _ended.Task) == _ended.Task) await _ended.Task;
        if (!await opened) throw new IOException("A stream did not open in time.");
    }

    private void Open(Subscriber subscriber)
    {
        var server = _target.AddressAt(subscriber.Number + subscriber.Visits);
        subscriber.Open(server, _target.SubscribeRequest(subscriber.Number));
        // Last, because from here on the connection belongs to the thread.
        _poller.Add(subscriber.Socket ?? throw new InvalidOperationException("No connection."), subscriber.Number);
    }

    private void Run()
    {
        try
        {
            while (!_isStopped)
            {
                var ready = _poller.Wait(TimeoutMilliseconds());
                for (var index = 0; index < ready; index++)
                    Receive(_subscribers[_poller.Number(index)], ReceiveBytes);
                Reopen();
                Drop();
                while (_asked.TryDequeue(out var action)) action();
            }
        }
        catch (Exception exception)
        {
            _ended.TrySetException(new IOException($"The load failed: {exception.Message}", exception));
        }
    }

    private int TimeoutMilliseconds()
    {
        if (!_absent.TryPeek(out _, out var next) && _nextDrop == 0) return WaitMilliseconds;
        next = Math.Min(next == 0 ? long.MaxValue : next, _nextDrop == 0 ? long.MaxValue : _nextDrop);
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next).TotalMilliseconds;
        return (int)Math.Clamp(left, 0, WaitMilliseconds);
    }

    private static bool HasUpdates(Subscriber subscriber) => DeliveryOrder.Unique(subscriber.Place) > 0;

    private void DropEarly(Subscriber subscriber)
    {
        subscriber.EarlyDropsLeft--;
        Counts.EarlyDrops++;
        Leave(subscriber);
    }

    private void Receive(Subscriber subscriber, int limitBytes)
    {
        var wasOpen = subscriber.IsOpen;
        bool goesOn;
        int received;
        ReadOnlySpan<byte> content;
        try
        {
            goesOn = subscriber.Receive(ref _buffer, limitBytes, out received, out content);
        }
        catch (InvalidDataException) when (Counts.Opened >= _subscribers.Length)
        {
            Counts.Refused++;
            Leave(subscriber);
            return;
        }
        if (received > 0) Counts.Receives++;
        Counts.ReceivedBytes += received;
        if (!wasOpen && subscriber.IsOpen) NoteOpen(subscriber);
        if (!content.IsEmpty && !subscriber.IsStalled && !Read(subscriber, content))
        {
            DropEarly(subscriber);
            return;
        }
        if (goesOn) return;
        if (Counts.Opened < _subscribers.Length) throw new IOException("A stream ended while others were opened.");
        Counts.Ended++;
        Leave(subscriber);
    }

    private void NoteOpen(Subscriber subscriber)
    {
        if (Counts.Opened++ >= _subscribers.Length) Counts.Reconnects++;
        else _opening.Release();
        if (subscriber is { IsStalled: true, Socket: { } socket }) _poller.Remove(socket);
    }

    // Returns false if the connection has to be broken now: an id without data has come, and nothing after it.
    private bool Read(Subscriber subscriber, ReadOnlySpan<byte> content)
    {
        var now = Stopwatch.GetTimestamp();
        var events = new EventReader(content);
        var (deliveries, completed) = (0, Order.Completed);
        while (events.Read())
        {
            if (!events.Id.IsEmpty) subscriber.NoteId(events.Id);
            if (events.Data.IsEmpty)
            {
                if (subscriber.EarlyDropsLeft > 0 && !HasUpdates(subscriber)) return false;
                continue;
            }
            if (Stamp.TryRead(events.Data, out var stamp))
            {
                Order.Note(ref subscriber.Place, stamp, EventId.HashOf(events.Id), now);
                deliveries++;
            }
            else
            {
                Counts.Others++;
            }
        }
        subscriber.Keep(events.Rest);
        if (deliveries == 0) return true;
        if (Order.Completed > completed) _inFlight?.Release(Order.Completed - completed);
        Counts.DeliveringReceives++;
        Volatile.Write(ref _deliveries, _deliveries + deliveries);
        return true;
    }

    // Like a browser, the subscriber reconnects with its last event id.
    private void Leave(Subscriber subscriber)
    {
        subscriber.Reset();
        if (subscriber.IsStalled) return;
        var absence = _random.NextDouble() * LoadLimits.MaxAbsence;
        _absent.Enqueue(subscriber, Stopwatch.GetTimestamp() + (long)(absence.TotalSeconds * Stopwatch.Frequency));
    }

    private void Reopen()
    {
        while (_absent.TryPeek(out var subscriber, out var at) && at <= Stopwatch.GetTimestamp())
        {
            _absent.Dequeue();
            try
            {
                Open(subscriber);
            }
            catch (SocketException)
            {
                Counts.Refused++;
                Leave(subscriber);
            }
        }
    }

    // Reads a random part of the available bytes first, so that connections also break in the middle of an event.
    private void Drop()
    {
        if (DropsPerSecond <= 0)
        {
            _nextDrop = 0;
            return;
        }
        var now = Stopwatch.GetTimestamp();
        if (_nextDrop == 0) _nextDrop = now;
        while (_nextDrop <= now)
        {
            _nextDrop += (long)(-Math.Log(1 - _random.NextDouble()) / DropsPerSecond * Stopwatch.Frequency);
            var subscriber = _subscribers[_random.Next(_subscribers.Length)];
            if (!subscriber.IsOpen || subscriber.IsStalled || subscriber.LastId.IsEmpty) continue;
            Receive(subscriber, _random.Next(1, MaxPartBytes));
            if (!subscriber.IsOpen) continue;
            Counts.Drops++;
            Leave(subscriber);
        }
    }
}
