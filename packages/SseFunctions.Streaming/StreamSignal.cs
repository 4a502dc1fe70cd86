using System.Threading.Tasks.Sources;

namespace SseFunctions.Streaming;

/// <summary>The reasons for which the loop of a stream is woken.</summary>
[Flags]
internal enum Wake
{
    /// <summary>No reason was raised.</summary>
    None = 0,

    /// <summary>The sequence has completed MoveNextAsync: with its next event, its end, or an exception.</summary>
    Next = 1,

    /// <summary>The stream has to end.</summary>
    End = 2,

    /// <summary>A borrower has returned the client while its write is still blocked, or after its write
    /// failed.</summary>
    Sending = 4,
}

/// <summary>A reusable signal on which one loop waits for several wake reasons without allocating. Any thread may raise
/// reasons; only the loop may wait. A reason that is raised while the loop does not wait is kept for the next
/// wait.</summary>
internal sealed class StreamSignal : IValueTaskSource<Wake>
{
    private const int Waiting = int.MinValue;

    private ManualResetValueTaskSourceCore<Wake> _source;

    // Waiting while the loop waits and is not held; otherwise the reasons that have been raised since the last wait.
    private int _state;

    /// <summary>Waits for a reason. Completes immediately if reasons have been raised since the last wait.</summary>
    /// <returns>All reasons that have been raised.</returns>
    public ValueTask<Wake> WaitAsync()
    {
        _source.Reset();
        var raised = Interlocked.CompareExchange(ref _state, Waiting, 0);
        return raised == 0
            ? new ValueTask<Wake>(this, _source.Version)
            : new ValueTask<Wake>((Wake)Interlocked.Exchange(ref _state, 0));
    }

    /// <summary>Raises a reason. If the loop waits, it continues: on the caller's thread, before this returns, if
    /// <paramref name="inline"/>; otherwise on the thread pool.</summary>
    public void Raise(Wake wake, bool inline = false)
    {
        var state = Volatile.Read(ref _state);
        for (var seen = state; ; state = seen)
        {
            seen = Interlocked.CompareExchange(ref _state, state == Waiting ? 0 : state | (int)wake, state);
            if (seen == state) break;
        }
        if (state != Waiting) return;
        _source.RunContinuationsAsynchronously = !inline;
        _source.SetResult(wake);
    }

    /// <summary>Holds the waiting loop: it does not continue before <see cref="Release"/>, even if a reason is
    /// raised.</summary>
    /// <returns>False if the loop does not wait, or another thread holds it.</returns>
    public bool TryHold() => Interlocked.CompareExchange(ref _state, 0, Waiting) == Waiting;

    /// <summary>Releases the loop after <see cref="TryHold"/>. The loop goes on waiting if no reason was raised while
    /// it was held; otherwise it continues on the thread pool.</summary>
    /// <param name="wake">A reason to raise now.</param>
    public void Release(Wake wake = Wake.None)
    {
        if (wake == Wake.None && Interlocked.CompareExchange(ref _state, Waiting, 0) == 0) return;
        wake |= (Wake)Interlocked.Exchange(ref _state, 0);
        _source.RunContinuationsAsynchronously = true;
        _source.SetResult(wake);
    }

    Wake IValueTaskSource<Wake>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Wake>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Wake>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
