using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Why a mirror has to read on: somebody asks for it, or expects an entry. Thread-safe; one takes.</summary>
internal sealed class MirrorQuestions(EntryStore held)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = NewSource();
    private TaskCompletionSource _answered = NewSource();
    private LogPosition _expected;
    private bool _isAsked;
    private bool _isDue;

    /// <summary>Says that there is an entry. That it is not here yet is a reason to read.</summary>
    public void Expect(LogPosition place)
    {
        lock (_gate)
        {
            if (place > _expected) _expected = place;
        }
        if (held.Tail < place) Wake();
    }

    /// <summary>Asks to read, whatever there is.</summary>
    /// <param name="isDue">Whether nothing but the time that has passed is the reason.</param>
    /// <returns>Completes when that has been done, or has failed; never if nobody takes the question.</returns>
    public Task Ask(bool isDue = false)
    {
        Task answered;
        lock (_gate)
        {
            _isAsked = true;
            _isDue |= isDue;
            answered = _answered.Task;
        }
        Wake();
        return answered;
    }

    /// <summary>Waits until there may be a question.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Volatile.Read(ref _wake).Task.WaitAsync(cancellationToken);
        Volatile.Write(ref _wake, NewSource());
    }

    /// <summary>Takes all questions there are.</summary>
    /// <param name="isDue">Whether nobody expects an entry, and it is time to read.</param>
    /// <param name="answered">To be completed for who asks.</param>
    /// <returns>Whether there are any.</returns>
    public bool TryTake(out bool isDue, out TaskCompletionSource answered)
    {
        lock (_gate)
        {
            var isExpected = _expected > held.Tail;
            isDue = _isDue && !isExpected;
            answered = _answered;
            if (!_isAsked && !isExpected) return false;
            _answered = NewSource();
            // Once: one that is not found then is not there any more.
            _expected = default;
            _isAsked = false;
            _isDue = false;
            return true;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref _wake).TrySetResult();
}
