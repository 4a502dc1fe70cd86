namespace SseFunctions.Hub.Delivery;

/// <summary>Wakes the members of the groups that have pending updates. A group is swept at once if its last sweep began
/// at least <see cref="HubOptions.Gather"/> ago; otherwise its updates gather until then and leave together. Each
/// group has a clock of its own, and no group waits for the sweep of another: threads take the members of all ready
/// groups in turns, <see cref="SliceMembers"/> at a time. Thread-safe.</summary>
/// <remarks>A woken stream writes before the next one is woken, on the same thread: no subscriber has a queue or a work
/// item of its own.</remarks>
internal sealed class Sweeper : IThreadPoolWorkItem, IDisposable
{
    // A group that becomes ready waits for one slice of each group before it: about a millisecond of writing each.
    private const int SliceMembers = 64;

    // One thread is enough for fewer members: the server's own threads send meanwhile what it has written. Measured with
    // 1,000 members on two cores: a second thread costs 5 % more processor time, and nothing arrives earlier.
    private const int MembersPerThread = 2048;

    private const int TurnMilliseconds = 10;

    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<SubscriberGroup> _ready = new();
    private readonly Queue<SubscriberGroup> _begun = new();
    private readonly PriorityQueue<SubscriberGroup, long> _gathering = new();
    private readonly Subscribers _subscribers;
    private readonly long _gatherTicks;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _timerDueAt = long.MaxValue;
    private bool _isTurnOfBegun;
    private bool _isStopping;
    private int _threads;
    private SweepSlice? _spare;

    /// <summary>Made by the services, once a process.</summary>
    /// <param name="subscribers">The members of all groups.</param>
    /// <param name="gather">See <see cref="HubOptions.Gather"/>.</param>
    /// <param name="time">Tells when a group is due.</param>
    public Sweeper(Subscribers subscribers, TimeSpan gather, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(subscribers);
        ArgumentNullException.ThrowIfNull(time);
        _subscribers = subscribers;
        _gatherTicks = (long)(gather.TotalSeconds * time.TimestampFrequency);
        _time = time;
        _timer = time.CreateTimer(
            static sweeper => ((Sweeper)sweeper!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes groups in for which updates have become pending.</summary>
    internal void Add(List<SubscriberGroup> groups)
    {
        if (groups.Count == 0) return;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            foreach (var group in groups)
            {
                if (group.Stage == SweepStage.Quiet) Schedule(group, now);
                else if (group.Stage == SweepStage.Sweeping) group.IsPendingAgain = true;
            }
            SetTimer(now);
        }
    }

    /// <summary>Sweeps on the caller's thread, and on others if that is worth it, until no group is ready or the caller
    /// has something else to do. Other threads then do what is left.</summary>
    /// <param name="hasOtherWork">Asked after each slice.</param>
    internal void Run(Func<bool> hasOtherWork)
    {
        StartThreads(isCallerAtWork: true);
        var slice = NewSlice();
        var isDone = false;
        while (!isDone && Take(slice))
        {
            slice.Wake();
            isDone = hasOtherWork();
        }
        Keep(slice);
        if (isDone) StartThreads(isCallerAtWork: false);
    }

    /// <summary>One thread's part: sweeps until no group is ready.</summary>
    public void Execute()
    {
        var slice = NewSlice();
        var turnEndsAt = Environment.TickCount64 + TurnMilliseconds;
        do
        {
            while (Take(slice))
            {
                slice.Wake();
                if (Environment.TickCount64 < turnEndsAt) continue;
                // Other work of the thread pool must not wait until nothing is left to sweep.
                Keep(slice);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
        }
        while (!TryEnd());
        Keep(slice);
    }

    /// <summary>Writes what is gathering, before the streams are ended. From now on nothing gathers.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            _isStopping = true;
            while (_gathering.TryDequeue(out var group, out _)) MakeReady(group);
        }
        Run(static () => false);
    }

    /// <summary>Stops the timer: what is gathering then is not swept any more.</summary>
    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDueAt = long.MaxValue;
            var now = _time.GetTimestamp();
            while (_gathering.TryPeek(out var group, out var dueAt) && dueAt <= now)
            {
                _gathering.Dequeue();
                MakeReady(group);
            }
            SetTimer(now);
        }
        StartThreads(isCallerAtWork: false);
    }

    // Puts back the last slice, whose members have been woken, and takes the next one.
    private bool Take(SweepSlice slice)
    {
        lock (_gate)
        {
            PutBack(slice);
            // Groups that have not begun go first: an update after a pause must not wait for the members of large
            // groups. Every other slice is for groups that have begun, or many small groups would hold these up.
            var (first, second) = _isTurnOfBegun ? (_begun, _ready) : (_ready, _begun);
            _isTurnOfBegun = !_isTurnOfBegun;
            while (slice.Room > 0 && (first.TryDequeue(out var group) || second.TryDequeue(out group)))
            {
                if (group.Stage == SweepStage.Ready && !TryBegin(group)) continue;
                group.Left = _subscribers.Take(group, group.Left, slice);
                group.Threads++;
                if (group.Left > 0) _begun.Enqueue(group);
            }
            return slice.Groups.Count > 0;
        }
    }

    private SweepSlice NewSlice() => Interlocked.Exchange(ref _spare, null) ?? new SweepSlice(SliceMembers);

    private void Keep(SweepSlice slice)
    {
        lock (_gate) PutBack(slice);
        Volatile.Write(ref _spare, slice);
    }

    private bool TryBegin(SubscriberGroup group)
    {
        group.IsPendingAgain = false;
        if (_subscribers.TryMakeBatch(group))
        {
            group.Stage = SweepStage.Sweeping;
            group.DueAt = _time.GetTimestamp() + _gatherTicks;
            return true;
        }
        group.Stage = SweepStage.Quiet;
        return false;
    }

    private void PutBack(SweepSlice slice)
    {
        foreach (var group in slice.Groups)
        {
            if (--group.Threads > 0 || group.Left > 0) continue;
            // Every member has been woken. A member that was busy reads on in the log.
            group.Last.Release();
            group.Stage = SweepStage.Quiet;
            if (!group.IsPendingAgain) continue;
            var now = _time.GetTimestamp();
            Schedule(group, now);
            SetTimer(now);
        }
        slice.Clear();
    }

    private void Schedule(SubscriberGroup group, long now)
    {
        if (group.DueAt <= now || _isStopping)
        {
            MakeReady(group);
            return;
        }
        group.Stage = SweepStage.Gathering;
        _gathering.Enqueue(group, group.DueAt);
    }

    private void MakeReady(SubscriberGroup group)
    {
        group.Stage = SweepStage.Ready;
        group.Left = int.MaxValue;
        _ready.Enqueue(group);
    }

    private void SetTimer(long now)
    {
        if (!_gathering.TryPeek(out _, out var dueAt) || dueAt >= _timerDueAt) return;
        _timerDueAt = dueAt;
        var wait = _time.GetElapsedTime(now, dueAt);
        _timer.Change(wait > ShortestTimer ? wait : ShortestTimer, Timeout.InfiniteTimeSpan);
    }

    private void StartThreads(bool isCallerAtWork)
    {
        int missing;
        lock (_gate)
        {
            missing = ThreadsWanted() - _threads - (isCallerAtWork ? 1 : 0);
            if (missing <= 0) return;
            _threads += missing;
        }
        for (var thread = 0; thread < missing; thread++)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private int ThreadsWanted()
    {
        var most = Environment.ProcessorCount;
        var members = 0;
        foreach (var group in _ready.Concat(_begun))
        {
            members += Math.Min(group.Left, group.Count);
            if (members >= most * MembersPerThread) return most;
        }
        return (members + MembersPerThread - 1) / MembersPerThread;
    }

    private bool TryEnd()
    {
        lock (_gate)
        {
            if (_ready.Count + _begun.Count > 0) return false;
            _threads--;
            return true;
        }
    }
}
