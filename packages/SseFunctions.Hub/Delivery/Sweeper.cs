namespace SseFunctions.Hub.Delivery;

/// <summary>Wakes the members of the groups that have pending updates. A group is swept at once if its last sweep began
/// at least <see cref="HubOptions.Gather"/> ago. Otherwise its updates gather until then and leave together. Each group
/// gathers separately, and no group waits for the whole sweep of another: threads take the members of all ready groups
/// in turns, <see cref="SliceMembers"/> at a time. Thread-safe.</summary>
/// <remarks>
/// <para>Who calls: the loop of <see cref="Dispatcher"/> calls <see cref="Add"/> and <see cref="Run"/>, the thread pool
/// calls <see cref="Execute"/>, the timer makes gathering groups ready, and the streams' shutdown calls
/// <see cref="Flush"/>.</para>
/// <para>One lock guards all fields except the spare slice, and the fields of a group from
/// <see cref="SubscriberGroup.Stage"/> on. The sweeper takes the lock of <see cref="Subscribers"/> under its own, never
/// the other way round. It wakes members without a lock.</para>
/// <para>A thread that wakes a subscriber usually writes the subscriber's events before it wakes the next subscriber.
/// So a subscriber needs no queue, and no work item of the thread pool for each sweep.</para>
/// </remarks>
internal sealed class Sweeper : IThreadPoolWorkItem, IDisposable
{
    // The smaller a slice, the shorter a group that becomes ready waits for the groups before it. Writing to this many
    // members takes about 1 ms.
    private const int SliceMembers = 64;

    // One thread is enough for fewer members, because the server's threads send in parallel what this thread writes.
    // Measured with 1,000 members on two cores: a second thread costs 5 % more processor time, and no event arrives
    // earlier.
    private const int MembersPerThread = 2048;

    // After this time, a work item goes to the end of the thread pool's queue.
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

    /// <summary>Starts without groups. The services create one sweeper for each instance.</summary>
    /// <param name="subscribers">Keeps the members and the pending entries of the groups.</param>
    /// <param name="gather">See <see cref="HubOptions.Gather"/>.</param>
    /// <param name="time">The clock that decides when a group is due.</param>
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

    /// <summary>Schedules groups whose first pending entries were just matched. Wakes no member.</summary>
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

    /// <summary>Sweeps on the caller's thread until no group is ready, or the caller has other work; then other threads
    /// finish the sweep. Other threads also help if the ready groups have many members.</summary>
    /// <param name="hasOtherWork">Whether the caller has other work. Called after each slice.</param>
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

    /// <summary>Sweeps on a thread of the thread pool until no group is ready. For the thread pool.</summary>
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
                // Let other work of the thread pool run. This thread stays counted, because its work item goes on.
                Keep(slice);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
        }
        while (!TryEnd());
        Keep(slice);
    }

    /// <summary>Sweeps the gathering groups at once. Called when the host stops, before the streams end. From now on no
    /// group gathers.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            _isStopping = true;
            while (_gathering.TryDequeue(out var group, out _)) MakeReady(group);
        }
        Run(static () => false);
    }

    /// <summary>Stops the timer. Groups that are still gathering are not swept.</summary>
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

    // Returns the slice whose members have been woken, and fills it with the next members. False if no group is ready.
    private bool Take(SweepSlice slice)
    {
        lock (_gate)
        {
            PutBack(slice);
            // Every other slice prefers groups whose sweep has not begun, so that an update after a pause does not wait
            // for all members of large groups. The slices between them prefer groups whose sweep has begun, so that
            // many small groups do not delay the large ones.
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
            // Every member has been woken. A member that was busy reads these entries from the log.
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
