using System.Threading.Tasks.Sources;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Delivery;

/// <summary>One subscriber's position in the log, as the sequence of the events that it has to get. There may be tens
/// of thousands, so it is written by hand: sequence, enumerator and what is awaited are one object.</summary>
/// <param name="log">The log that it reads.</param>
/// <param name="subscribers">All of them.</param>
/// <param name="subscription">What it has to get.</param>
/// <param name="after">Where to read on from; null: everything that is held, whatever that is when the first of it is
/// read.</param>
/// <param name="client">Whom it is counted for; null: nobody counts.</param>
/// <param name="active">Its subscriptions, to be told of; null if they are not.</param>
/// <remarks>It is either busy, and then belongs to the stream that enumerates it, or it waits, and then belongs to the
/// thread that makes it busy. It waits only when it has everything up to its group's last batch. A batch is set before
/// the members are woken, and looked at once more after the wait has begun: so no wake-up is lost.</remarks>
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
    private const int ScannedAtOnce = 64;

    // A client that takes them slowly keeps so many bytes of entries in memory that the log has dropped, and one entry.
    private const int MaxHeldBytes = 256 * 1024;

    // As much as a stream writes before it waits for the client.
    private const int MaxLentBytes = 32 * 1024;

    // After so many in which nothing was for it, others get the thread: what it looks for may be costly to compare.
    private const int ScansInARow = 16;

    private ManualResetValueTaskSourceCore<bool> _wait;
    private SubscriberGroup? _group;
    private LogPosition _position = after ?? log.Start;
    private bool _isAtStart = after is null;
    private bool _hasCaughtUp;
    private bool _isTired;
    private ServerSentEvent? _current;
    private LogEntry[]? _entries;
    private bool _areEntriesOwn;
    private int _next;
    private int _end;
    private int _state;
    private Subscription? _subscription = subscription;

    /// <summary>Where it is in its group. Guarded as the group is.</summary>
    public int Index { get; set; }

    /// <inheritdoc/>
    public ServerSentEvent Current =>
        _current ?? throw new InvalidOperationException("There is no current event before the first MoveNextAsync.");

    /// <summary>How far it is behind its group; zero if it is not. About, when asked from outside.</summary>
    public TimeSpan Lag
    {
        get
        {
            // The position before all others has no time.
            if (Volatile.Read(ref _state) == Waiting || _group is not { } group || _position.Milliseconds <= 0)
                return TimeSpan.Zero;
            var behind = group.Last.After.Milliseconds - _position.Milliseconds;
            return behind > 0 ? TimeSpan.FromMilliseconds(behind) : TimeSpan.Zero;
        }
    }

    private SubscriberGroup Group => _group ?? throw new InvalidOperationException("It is not being enumerated.");

    private Batch Last => Group.Last;

    /// <inheritdoc/>
    public IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (_subscription is null) throw new InvalidOperationException("A subscriber's events are enumerated once.");
        _group = subscribers.Join(this, _subscription, client);
        // The group has the same, once for all its members.
        _subscription = null;
        // Others took the last place since the request was let in. The stream ends without an event; the client comes
        // back after its retry with the id that opened the stream, and is turned away then, or let in.
        if (_group is null) _state = Stopped;
        else active?.Begin();
        return this;
    }

    /// <summary>The next event; false once the stream stops.</summary>
    /// <exception cref="FellBehindException">The log does not hold it any more.</exception>
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
            case Turn.Over:
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                break;
            default:
                break;
        }
        return new ValueTask<bool>(this, _wait.Version);
    }

    /// <inheritdoc/>
    public ILentClient? Client { private get; set; }

    /// <summary>Wakes it, if it waits and there is something for it. The stream writes it before this
    /// returns.</summary>
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

    // While its stream waits for it, and has lent its client. That the stream waits for MoveNextAsync does not change.
    private void WriteTo(ILentClient client)
    {
        bool isWritten;
        try
        {
            isWritten = TryWriteBatch(client);
        }
        catch (Exception exception)
        {
            // Its own stream has to know, and not the sweep over all others.
            client.Fail(exception);
            return;
        }
        // Once it waits again, another thread may wake it: that thread finds the client lent, and wakes the stream.
        var before = isWritten ? Interlocked.CompareExchange(ref _state, Waiting, Busy) : Busy;
        var hasMore = before == Busy && (!isWritten || (Last.After > _position && TryLeave(Waiting)));
        client.Return();
        if (before == Stopped) _wait.SetResult(false);
        else if (hasMore) GoOn();
    }

    // The group's last batch, if it comes next and is not too much for one write.
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

    // While its stream waits for it.
    private void GoOn()
    {
        Turn turn;
        try
        {
            turn = ReadOn();
        }
        catch (Exception exception)
        {
            // Its own stream has to know, and not the sweep over all others.
            _wait.SetException(exception);
            return;
        }
        if (turn == Turn.Over) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else if (turn != Turn.Waiting) _wait.SetResult(turn == Turn.Found);
    }

    private Turn ReadOn()
    {
        while (true)
        {
            if (Next()) return Turn.Found;
            if (_isTired) return Turn.Over;
            // The log may drop it, and this may be a long wait.
            _current = null;
            _hasCaughtUp = true;
            if (Interlocked.CompareExchange(ref _state, Waiting, Busy) == Stopped) return Turn.Stopped;
            // It may have been further on than the batch: it had read that in the log itself.
            if (Last.After <= _position || !TryLeave(Waiting)) return Turn.Waiting;
        }
    }

    private bool Next()
    {
        if (_next == _end) Fill();
        if (_entries is null) return false;
        _current = _entries[_next].Event;
        // Or a slow client would hold what it has received, and what the log may have dropped.
        if (_areEntriesOwn) Array.Clear(_entries, _next, 1);
        _next++;
        return true;
    }

    // Takes what there is up to the group's last batch: that batch itself, if it is the one that comes next.
    private void Fill()
    {
        _entries = null;
        _next = 0;
        _end = 0;
        _isTired = false;
        for (var scans = 0; _next == _end && Last is var last && last.After > _position; scans++)
        {
            _isTired = scans == ScansInARow;
            if (_isTired || Volatile.Read(ref _state) == Stopped) break;
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
            // There was more up to the batch: the log has lost its end, and goes on without it.
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
            // The oldest went since it was looked for. It was promised no particular entry, so nothing is lost to it;
            // if it were ended, it would ask for the same again, and on a busy hub with a full log never get anything.
            _position = log.Start;
            return entries;
        }
        catch (LogGapException exception)
        {
            throw new FellBehindException(exception);
        }
    }

    // How reading on ended.
    private enum Turn
    {
        // There is an event.
        Found,

        // There is nothing more, and it has been given away: another thread may be waking it already.
        Waiting,

        // There may be more, and others come first.
        Over,

        // There will be nothing more.
        Stopped,
    }
}
