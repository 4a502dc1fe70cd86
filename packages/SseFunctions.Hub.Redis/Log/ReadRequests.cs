using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Collects the reasons for <see cref="RedisMirror"/> to read from Redis: a caller requests a read, or an
/// entry is known to exist. Any thread may call <see cref="Expect"/> and <see cref="RequestAsync"/>. Only the mirror's
/// loop calls <see cref="WaitAsync"/> and <see cref="TryTake"/>.</summary>
/// <param name="held">The mirror: entries that it has need no read.</param>
internal sealed class ReadRequests(EntryStore held)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = NewSource();
    private TaskCompletionSource _read = NewSource();
    private LogPosition _expected;
    private bool _isRequested;
    private bool _isTimerDue;

    /// <summary>Reports that there is an entry at a position. The loop reads it unless the mirror has it already.
    /// </summary>
    public void Expect(LogPosition position)
    {
        lock (_gate)
        {
            if (position > _expected) _expected = position;
        }
        if (held.Tail < position) Wake();
    }

    /// <summary>Requests a read of the entries that the mirror does not have, even if none is known to exist.</summary>
    /// <param name="isTimerDue">Whether the caller is the timer for the regular reads.</param>
    /// <returns>A task that completes when a read that began after this call has ended, with or without success. The
    /// task never completes if the loop has stopped or was not started.</returns>
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

    /// <summary>Takes all collected reasons to read.</summary>
    /// <param name="isTimerDue">Whether the timer is due and no entry is expected.</param>
    /// <param name="read">The source that the caller completes when the read has ended.</param>
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
            // One read is enough: an entry that the read does not find is no longer in Redis.
            _expected = default;
            _isRequested = false;
            _isTimerDue = false;
            return true;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref _wake).TrySetResult();
}
