using System.Threading.Tasks.Sources;

namespace SseFunctions.Streaming;

/// <summary>What a stream's loop is woken for.</summary>
[Flags]
internal enum Wake
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The sequence has an answer: its next event, its end, or an exception.</summary>
    Next = 1,

    /// <summary>The stream shall end.</summary>
    End = 2,

    /// <summary>A borrower's write waits for the client.</summary>
    Sending = 4,
}

/// <summary>Where one loop waits for several things at once without allocating: anyone may raise, one may wait. What is
/// raised while nobody waits is kept for the next wait, once.</summary>
internal sealed class StreamSignal : IValueTaskSource<Wake>
{
    private const int Waiting = int.MinValue;

    private ManualResetValueTaskSourceCore<Wake> _source;
    private int _state;

    /// <summary>Everything raised since the last wait, or the next thing raised.</summary>
    public ValueTask<Wake> WaitAsync()
    {
        _source.Reset();
        var raised = Interlocked.CompareExchange(ref _state, Waiting, 0);
        return raised == 0
            ? new ValueTask<Wake>(this, _source.Version)
            : new ValueTask<Wake>((Wake)Interlocked.Exchange(ref _state, 0));
    }

    /// <summary>Wakes the waiter, on the caller's thread if <paramref name="inline"/>, else on the thread
    /// pool.</summary>
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

    /// <summary>Keeps the waiter waiting, whatever is raised, until <see cref="Release"/>.</summary>
    /// <returns>False if nobody waits, or somebody else keeps the waiter.</returns>
    public bool TryHold() => Interlocked.CompareExchange(ref _state, 0, Waiting) == Waiting;

    /// <summary>Ends what <see cref="TryHold"/> began. The waiter goes on waiting if nothing was raised meanwhile;
    /// otherwise it is woken on the thread pool.</summary>
    /// <param name="wake">What is raised now.</param>
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
