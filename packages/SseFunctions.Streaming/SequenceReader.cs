using System.Runtime.CompilerServices;

namespace SseFunctions.Streaming;

/// <summary>Enumerates the sequence of one stream: asks for an event, takes it when it is there, and closes the
/// sequence. Only the loop of the stream calls it. The sequence may complete MoveNextAsync on any thread, which raises
/// the stream's signal.</summary>
internal sealed class SequenceReader : IDisposable
{
    private readonly StreamSignal _signal;
    private readonly IAsyncEnumerator<ServerSentEvent> _sequence;

    // A sequence is stopped by its own Stop method if it has one, otherwise by its enumerator's token.
    private readonly IStoppableSequence? _stoppable;
    private readonly CancellationTokenSource? _stop;

    private ValueTaskAwaiter<bool> _next;
    private Action? _raiseNext;
    private State _state;

    /// <summary>Gets the enumerator of the sequence.</summary>
    /// <param name="events">The sequence. It is enumerated once.</param>
    /// <param name="signal">The stream's signal. <see cref="Wake.Next"/> is raised when a pending MoveNextAsync
    /// completes.</param>
    /// <param name="client">The client that the sequence may borrow, if it is an
    /// <see cref="IStoppableSequence"/>.</param>
    public SequenceReader(IAsyncEnumerable<ServerSentEvent> events, StreamSignal signal, ILentClient client)
    {
        _signal = signal;
        _stoppable = events as IStoppableSequence;
        if (_stoppable is null) _stop = new CancellationTokenSource();
        else _stoppable.Client = client;
        _sequence = events.GetAsyncEnumerator(_stop?.Token ?? CancellationToken.None);
    }

    /// <summary>Whether MoveNextAsync has been called and has not completed.</summary>
    public bool IsPending => _state == State.Asked;

    /// <summary>Calls MoveNextAsync, unless its last result is pending or has not been taken.</summary>
    /// <returns>True if the result is there; false if it is pending, and the signal will be raised.</returns>
    public bool Ask()
    {
        if (_state == State.Idle)
        {
#pragma warning disable CA2012 // The result is taken once: by Take or, if the stream ends before, by CloseAsync.
            _next = _sequence.MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            _state = _next.IsCompleted ? State.Answered : State.Asked;
            if (_state == State.Asked)
                _next.UnsafeOnCompleted(_raiseNext ??= () => _signal.Raise(Wake.Next, inline: true));
        }
        return _state == State.Answered;
    }

    /// <summary>Notes the reasons for which the signal was raised.</summary>
    public void Woken(Wake wake)
    {
        if (_state == State.Asked && wake.HasFlag(Wake.Next)) _state = State.Answered;
    }

    /// <summary>Takes the result of MoveNextAsync, which must be there.</summary>
    /// <returns>The event; null at the end of the sequence.</returns>
    /// <exception cref="Exception">What the sequence threw.</exception>
    /// <exception cref="InvalidOperationException">The sequence gave null instead of an event.</exception>
    public ServerSentEvent? Take()
    {
        _state = State.Idle;
        if (!_next.GetResult()) return null;
        return _sequence.Current
            ?? throw new InvalidOperationException("The sequence gave null instead of an event: leave it out.");
    }

    /// <summary>Stops the sequence, unless it is at its end, and disposes its enumerator, which runs its finally
    /// blocks. An enumerator must not be disposed while MoveNextAsync is pending, so this waits for the pending call
    /// first.</summary>
    /// <exception cref="Exception">What the sequence threw, except an OperationCanceledException after its token was
    /// canceled. An AggregateException if a callback of the token threw.</exception>
    public async Task CloseAsync(bool isAtItsEnd)
    {
        if (!isAtItsEnd) _stoppable?.Stop();
        // Not Cancel: it would run the token's callbacks on this thread. They are the app's code: they may block, or
        // throw before the pending call has completed.
        var canceling = isAtItsEnd || _stop is null ? Task.CompletedTask : _stop.CancelAsync();
        try
        {
            while (IsPending) Woken(await _signal.WaitAsync());
            if (_state == State.Answered) _next.GetResult();
        }
        catch (OperationCanceledException) when (_stop is { IsCancellationRequested: true })
        {
        }
        finally
        {
            await _sequence.DisposeAsync();
        }
        await canceling;
    }

    /// <summary>Disposes the source of the sequence's token.</summary>
    public void Dispose() => _stop?.Dispose();

    // The state of MoveNextAsync.
    private enum State : byte
    {
        // Not called.
        Idle,

        // Called, and not completed.
        Asked,

        // Completed, and the result has not been taken: an event, the end or an exception.
        Answered,
    }
}
