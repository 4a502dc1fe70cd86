using System.Threading.Tasks.Sources;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Delivery;

/// <summary>The sequence of events of one open hub stream: follows the log from a position and returns the entries that
/// match the topic selectors and rights. An instance may have tens of thousands of subscribers, so the sequence, its
/// enumerator, the source of the awaited task and the work item for the thread pool are one object, written by hand in
/// place of an async iterator.</summary>
/// <param name="log">The log of this process.</param>
/// <param name="subscribers">All subscribers of this process. The subscriber joins a group of subscribers with equal
/// subscriptions there when its enumeration begins, and leaves the group when it is disposed.</param>
/// <param name="subscription">The topic selectors and the rights.</param>
/// <param name="after">The position after which the events begin. Null: before the oldest entry that the log holds at
/// the first read.</param>
/// <param name="client">The name of the client for the limit <see cref="HubOptions.MaxSubscribersPerClient"/>; null if
/// there is no such limit.</param>
/// <param name="active">Tells other clients, by updates and the subscription API, which subscriptions are active; null
/// if <see cref="HubOptions.Subscriptions"/> is off.</param>
/// <remarks>
/// <para>Who calls: the stream sets <see cref="Client"/>, enumerates and disposes the subscriber, one call at a time.
/// Threads of <see cref="Sweeper"/> call <see cref="Wake"/>. A thread of the pool continues a long search
/// (<see cref="Turn.Yield"/>). Any thread may call <see cref="Stop"/> and read <see cref="Lag"/>.</para>
/// <para>No lock guards the fields. <see cref="_state"/> says whether a thread owns them. Busy: one thread owns them,
/// and only this thread may write them: the stream's, a sweeper's or one of the pool. Waiting: no thread owns them, and
/// the stream awaits MoveNextAsync. A thread becomes the owner if it changes Waiting to Busy by compare-and-exchange,
/// and gives the ownership back when it completes MoveNextAsync. Stopped: the sequence ends after the entries that were
/// already read. If a thread other than the stream's owns the fields then, this thread completes MoveNextAsync.</para>
/// <para>No wake-up is lost. A subscriber begins to wait only when it has read everything up to its group's last batch.
/// The sweeper sets a new batch before it wakes the members, and a subscriber looks at the last batch again after it
/// has begun to wait.</para>
/// </remarks>
internal sealed class Subscriber(
    IEventLog log,
    Subscribers subscribers,
    Subscription subscription,
    LogPosition? after,
    string? client,
    ActiveSubscriber? active)
    : IStoppableSequence, IAsyncEnumerator<ServerSentEvent>, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private const int Busy = 0;
    private const int Waiting = 1;
    private const int Stopped = 2;

    // The maximum number of entries that one read of the log copies.
    private const int ScannedAtOnce = 64;

    // The entries that a subscriber has read, and its slow client has not taken yet, stay in memory even when the log
    // drops them. A read stops at the entry that reaches this many bytes.
    private const int MaxHeldBytes = 256 * 1024;

    // A batch up to this size is written to the lent client. A larger one is returned event by event, because a write
    // to the lent client does not wait for a slow client.
    private const int MaxLentBytes = 32 * 1024;

    // After this many scans in a row without a match, the subscriber lets other work of the thread pool run: matching
    // its topic selectors may be expensive.
    private const int ScansInARow = 16;

    private ManualResetValueTaskSourceCore<bool> _wait;
    private SubscriberGroup? _group;
    private LogPosition _position = after ?? log.Start;
    private bool _isAtStart = after is null;
    private bool _hasCaughtUp;
    private bool _mustYield;
    private ServerSentEvent? _current;
    private LogEntry[]? _entries;
    private bool _areEntriesOwn;
    private int _next;
    private int _end;
    private int _state;
    private Subscription? _subscription = subscription;

    /// <summary>The index in its group. The lock of <see cref="Subscribers"/> guards it.</summary>
    public int Index { get; set; }

    /// <inheritdoc/>
    public ServerSentEvent Current =>
        _current ?? throw new InvalidOperationException(
            "There is a current event only after MoveNextAsync has returned true.");

    /// <summary>How far the subscriber is behind its group: the time between the entry that it has read and the newest
    /// entry that the group was given. Zero if the subscriber waits for entries. Approximate, unless the owner of the
    /// fields reads it.</summary>
    public TimeSpan Lag
    {
        get
        {
            // The start position of a log that has dropped nothing has no time.
            if (Volatile.Read(ref _state) == Waiting || _group is not { } group || _position.Milliseconds <= 0)
                return TimeSpan.Zero;
            var behind = group.Last.After.Milliseconds - _position.Milliseconds;
            return behind > 0 ? TimeSpan.FromMilliseconds(behind) : TimeSpan.Zero;
        }
    }

    private SubscriberGroup Group =>
        _group ?? throw new InvalidOperationException("The subscriber is not being enumerated.");

    private Batch Last => Group.Last;

    /// <inheritdoc/>
    public IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (_subscription is null) throw new InvalidOperationException("A subscriber can be enumerated only once.");
        _group = subscribers.Join(this, _subscription, client);
        // The group has an equal subscription, which all its members share. This one can be freed.
        _subscription = null;
        // No group: a limit of subscribers was reached after SubscribeEndpoint had checked the limits. The stream ends
        // without an event. The client reconnects after its retry time with the same last event id, and
        // SubscribeEndpoint checks the limits again.
        if (_group is null) _state = Stopped;
        else active?.Begin();
        return this;
    }

    /// <summary>Moves to the next event, and waits for it if there is none yet. The stream calls it.</summary>
    /// <returns>False if the subscriber was stopped, or a limit of subscribers was reached.</returns>
    /// <exception cref="FellBehindException">The log has dropped or lost the next entry.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        _wait.Reset();
        if (_group is null) return ValueTask.FromResult(false);
        switch (ReadOn())
        {
            case Turn.Found:
                return ValueTask.FromResult(true);
            case Turn.Stopped:
                return ValueTask.FromResult(false);
            case Turn.Yield:
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                break;
            default:
                break;
        }
        return new ValueTask<bool>(this, _wait.Version);
    }

    /// <inheritdoc/>
    public ILentClient? Client { private get; set; }

    /// <summary>Delivers the group's last batch, if the subscriber waits: writes it to the lent client, or completes
    /// MoveNextAsync, which continues the stream's loop on this thread. Does nothing if the subscriber is busy,
    /// because a busy subscriber reads the batch before it waits again. A sweeper calls it, also after
    /// <see cref="DisposeAsync"/>.</summary>
    public void Wake()
    {
        if (!TryLeave(Waiting)) return;
        if (Client is { } client && client.TryBorrow()) WriteTo(client);
        else GoOn();
    }

    void IThreadPoolWorkItem.Execute() => GoOn();

    /// <inheritdoc/>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _state, Stopped) == Waiting) _wait.SetResult(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_group is null) return;
        subscribers.Leave(this, _group, client);
        if (active is not null) await active.EndAsync();
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool TryLeave(int state) => Interlocked.CompareExchange(ref _state, Busy, state) == state;

    // Writes the last batch to the client that the stream has lent. MoveNextAsync stays incomplete, so the stream's
    // loop does not run, unless the write fails or there is more to deliver. The caller must own the fields.
    private void WriteTo(ILentClient client)
    {
        bool isWritten;
        try
        {
            isWritten = TryWriteBatch(client);
        }
        catch (Exception exception)
        {
            // The stream must fail, and not the sweep, which has other subscribers to wake. Complete MoveNextAsync too:
            // the stream waits for it before it disposes the subscriber.
            client.Fail(exception);
            _wait.SetException(exception);
            return;
        }
        // As soon as the state is Waiting, another thread may become the owner. That thread cannot borrow the client,
        // which this thread still has, so it completes MoveNextAsync.
        var before = isWritten ? Interlocked.CompareExchange(ref _state, Waiting, Busy) : Busy;
        var hasMore = before == Busy && (!isWritten || (Last.After > _position && TryLeave(Waiting)));
        client.Return();
        if (before == Stopped) _wait.SetResult(false);
        else if (hasMore) GoOn();
    }

    // Writes the group's last batch if the subscriber has everything before it, and it is small enough for one write. A
    // batch without entries only tells its end: its entries must be read from the log. Returns true also if the
    // subscriber has read the batch already.
    private bool TryWriteBatch(ILentClient client)
    {
        var last = Last;
        if (last.After <= _position) return true;
        if (_position < last.Before || last.SizeBytes > MaxLentBytes || last.Entries is not { } entries) return false;
        var first = 0;
        while (entries[first].Position <= _position) first++;
        var next = entries.AsSpan(first);
        foreach (var entry in next) client.Write(entry.Event);
        _position = entries[^1].Position;
        _isAtStart = false;
        subscribers.Delivered(next, isLive: true);
        return true;
    }

    // Completes MoveNextAsync, unless the subscriber must wait again or the search continues on the thread pool. The
    // caller must own the fields, and the stream awaits MoveNextAsync.
    private void GoOn()
    {
        Turn turn;
        try
        {
            turn = ReadOn();
        }
        catch (Exception exception)
        {
            // The stream must fail, and not the caller: a sweep has other subscribers to wake.
            _wait.SetException(exception);
            return;
        }
        if (turn == Turn.Yield) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else if (turn != Turn.Waiting) _wait.SetResult(turn == Turn.Found);
    }

    // Looks for the next event. If there is none, the caller is no longer the owner of the fields.
    private Turn ReadOn()
    {
        while (true)
        {
            if (Next()) return Turn.Found;
            if (_mustYield) return Turn.Yield;
            // The wait may be long: do not keep the previous event in memory after the log has dropped it.
            _current = null;
            _hasCaughtUp = true;
            if (Interlocked.CompareExchange(ref _state, Waiting, Busy) == Stopped) return Turn.Stopped;
            // A batch may have been set before the wait began, when its call of Wake found the subscriber busy. Not
            // "==": a read of the log can go beyond the last batch.
            if (Last.After <= _position || !TryLeave(Waiting)) return Turn.Waiting;
        }
    }

    private bool Next()
    {
        if (_next == _end) Fill();
        if (_entries is null) return false;
        _current = _entries[_next].Event;
        // Without this, the array keeps events in memory that the client has received and the log has dropped, as long
        // as a slow client takes the rest of the array. A batch's array must not be changed: all members of the group
        // read it.
        if (_areEntriesOwn) Array.Clear(_entries, _next, 1);
        _next++;
        return true;
    }

    // Gets entries until the group's last batch is read: from the batch itself if the subscriber has everything before
    // the batch and the batch is small, otherwise from the log, which may also return newer entries.
    private void Fill()
    {
        _entries = null;
        _next = 0;
        _end = 0;
        _mustYield = false;
        for (var scans = 0; _next == _end && Last is var last && last.After > _position; scans++)
        {
            _mustYield = scans == ScansInARow;
            if (_mustYield || Volatile.Read(ref _state) == Stopped) break;
            var isNext = _position >= last.Before && last.SizeBytes <= MaxHeldBytes;
            _entries = isNext && last.Entries is { } entries ? Take(entries) : Scan();
        }
        if (_next == _end) _entries = null;
        else subscribers.Delivered(_entries.AsSpan(_next, _end - _next), _hasCaughtUp);
    }

    private LogEntry[] Take(LogEntry[] entries)
    {
        while (entries[_next].Position <= _position) _next++;
        _end = entries.Length;
        _position = entries[^1].Position;
        _isAtStart = false;
        _areEntriesOwn = false;
        return entries;
    }

    private LogEntry[] Scan()
    {
        var entries = new LogEntry[ScannedAtOnce];
        _areEntriesOwn = true;
        try
        {
            var count = log.Read(_position, entries);
            // The group's last batch is after the position, so the log had entries there, and has lost its newest
            // entries (see RedisMirror).
            if (count == 0) throw new FellBehindException();
            _isAtStart = false;
            _next = 0;
            _end = 0;
            var group = Group;
            var bytes = 0L;
            foreach (var entry in entries.AsSpan(0, count))
            {
                _position = entry.Position;
                if (!group.Fits(entry)) continue;
                entries[_end++] = entry;
                bytes += entry.Event.Bytes.Length;
                if (bytes >= MaxHeldBytes) break;
            }
            Array.Clear(entries, _end, count - _end);
            return entries;
        }
        catch (LogGapException) when (_isAtStart)
        {
            // The log has dropped its oldest entry since the constructor got the log's start. The subscriber asked for
            // all entries that the log holds, so it misses nothing. If the stream ended here, the client would ask for
            // the same again, and would never get an event from a busy hub whose log is full.
            _position = log.Start;
            return entries;
        }
        catch (LogGapException exception)
        {
            throw new FellBehindException(exception);
        }
    }

    private enum Turn
    {
        // Current is the next event.
        Found,

        // There is no event yet. The caller has lost the ownership: another thread may be using the fields already.
        Waiting,

        // No event was found yet. The caller must queue the subscriber to the thread pool, which continues the search.
        Yield,

        // The subscriber was stopped. There are no more events.
        Stopped,
    }
}
