using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Collects the reasons for a mirror to read from Redis: somebody requests a read, or an entry is known to
/// exist. Any number of threads may add; one thread takes.</summary>
internal sealed class ReadRequests(EntryStore held)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = NewSource();
    private TaskCompletionSource _read = NewSource();
    private LogPosition _expected;
    private bool _isRequested;
    private bool _isTimerDue;

    /// <summary>Reports that there is an entry at a position. It is read unless the copy has it already.</summary>
    public void Expect(LogPosition position)
    {
        lock (_gate)
        {
            if (position > _expected) _expected = position;
        }
        if (held.Tail < position) Wake();
    }

    /// <summary>Requests a read of the entries that the copy does not have, even if none is known to exist.</summary>
    /// <param name="isTimerDue">Whether the only reason is that time has passed.</param>
    /// <returns>Completes when a read has begun after this call and has ended, with or without success. It never
    /// completes if nobody takes requests.</returns>
    public Task RequestAsync(bool isTimerDue = false)
    {
        Task read;
        lock (_gate)
        {
            _isRequested = true;
            _isTimerDue |= isTimerDue;
            read = _read.Task;
        }
        Wake();
        return read;
    }

    /// <summary>Waits until there may be a reason to read.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Volatile.Read(ref _wake).Task.WaitAsync(cancellationToken);
        Volatile.Write(ref _wake, NewSource());
    }

    /// <summary>Takes all reasons to read that there are.</summary>
    /// <param name="isTimerDue">Whether the timer is due and no entry is expected.</param>
    /// <param name="read">To be completed when the read has ended.</param>
    /// <returns>Whether there is a reason.</returns>
    public bool TryTake(out bool isTimerDue, out TaskCompletionSource read)
    {
        lock (_gate)
        {
            var isExpected = _expected > held.Tail;
            isTimerDue = _isTimerDue && !isExpected;
            read = _read;
            if (!_isRequested && !isExpected) return false;
            _read = NewSource();
            // One read is enough: an entry that it does not find is not in Redis any more.
            _expected = default;
            _isRequested = false;
            _isTimerDue = false;
            return true;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref _wake).TrySetResult();
}
