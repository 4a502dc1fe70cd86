using System.Runtime.CompilerServices;

namespace SseFunctions.Streaming;

/// <summary>Reads the sequence of one stream: asks for an event, takes it when it is there, and closes the sequence. Only
/// the loop of the stream calls it; the sequence answers on any thread, by the stream's signal.</summary>
internal sealed class SequenceReader : IDisposable
{
    private readonly StreamSignal _signal;
    private readonly IAsyncEnumerator<ServerSentEvent> _sequence;

    // A sequence is stopped in one of two ways: by its own method, or by a token.
    private readonly IStoppableSequence? _stoppable;
    private readonly CancellationTokenSource? _stop;

    private ValueTaskAwaiter<bool> _next;
    private Action? _raiseNext;
    private State _state;

    /// <summary>Begins to enumerate.</summary>
    /// <param name="events">The sequence.</param>
    /// <param name="signal">Is raised with <see cref="Wake.Next"/> when the sequence answers late.</param>
    /// <param name="client">What the sequence may write to while the stream waits, if it can do that.</param>
    public SequenceReader(IAsyncEnumerable<ServerSentEvent> events, StreamSignal signal, ILentClient client)
    {
        _signal = signal;
        _stoppable = events as IStoppableSequence;
        if (_stoppable is null) _stop = new CancellationTokenSource();
        else _stoppable.Client = client;
        _sequence = events.GetAsyncEnumerator(_stop?.Token ?? CancellationToken.None);
    }

    /// <summary>Whether the sequence has been asked and has not answered.</summary>
    public bool IsPending => _state == State.Asked;

    /// <summary>Asks for the next event, unless it has been asked for.</summary>
    /// <returns>Whether the answer is here. If not, the signal will be raised.</returns>
    public bool Ask()
    {
        if (_state == State.Idle)
        {
#pragma warning disable CA2012 // Its result is taken once: by Take or, if the stream ends before, by CloseAsync.
            _next = _sequence.MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            _state = _next.IsCompleted ? State.Answered : State.Asked;
            if (_state == State.Asked)
                _next.UnsafeOnCompleted(_raiseNext ??= () => _signal.Raise(Wake.Next, inline: true));
        }
        return _state == State.Answered;
    }

    /// <summary>Takes note of what the signal was raised for.</summary>
    public void Woken(Wake wake)
    {
        if (_state == State.Asked && wake.HasFlag(Wake.Next)) _state = State.Answered;
    }

    /// <summary>Takes the answer, which has to be here.</summary>
    /// <returns>The event; null at the end of the sequence.</returns>
    /// <exception cref="Exception">What the sequence threw.</exception>
    public ServerSentEvent? Take()
    {
        _state = State.Idle;
        return _next.GetResult() ? _sequence.Current : null;
    }

    /// <summary>Stops the sequence, unless it is at its end, and runs its finally blocks, which is possible only once it has
    /// answered.</summary>
    /// <exception cref="Exception">What the sequence threw, unless that is its answer to its cancellation.</exception>
    public async Task CloseAsync(bool isAtItsEnd)
    {
        try
        {
            if (!isAtItsEnd)
            {
                _stoppable?.Stop();
                _stop?.Cancel();
            }
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
    }

    /// <summary>Lets go of the sequence's token.</summary>
    public void Dispose() => _stop?.Dispose();

    // What is known of the next event.
    private enum State : byte
    {
        // It has not been asked for.
        Idle,

        // It has been asked for, and the sequence has not answered.
        Asked,

        // The answer is here and has not been taken: an event, the end or an exception.
        Answered,
    }
}
