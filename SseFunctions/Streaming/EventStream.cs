using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>One open stream: the loop that writes a sequence of events to one client. Only the loop touches the
/// sequence and writes; whoever else wants something of it, the clock or a cancellation, raises its signal.</summary>
internal sealed class EventStream : IDisposable
{
    // What is ready goes out together, but no more than this in one write: then the client's pace has to count.
    private const int MaxWriteBytes = 32 * 1024;

    // A sequence that works between its events without awaiting is never seen to wait: what it gave is not held back.
    private const int SlowMilliseconds = 50;
    private const double ShortestShareOfMaxDuration = 0.8;

    // The platform gives a cancelled function two seconds before it ends the whole worker process.
    private static readonly TimeSpan SequenceGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LateClientGrace = TimeSpan.FromSeconds(1);

    private readonly ClientWriter _client;
    private readonly StreamingOptions _options;
    private readonly TimeProvider _time;
    private readonly StreamSignal _signal = new();
    private readonly long _openedAt;
    private readonly TimeSpan _maxDuration;
    private readonly TimeSpan? _timeLeft;

    private CancellationTokenSource? _stop;
    private IStoppableSequence? _stoppable;
    private ValueTaskAwaiter<bool> _next;
    private bool _nextIsPending;
    private bool _nextIsHere;
    private Action? _raiseNext;
    private ReadOnlyMemory<byte> _rest;
    private int _end;

    public EventStream(HttpContext context, StreamingOptions options, TimeProvider time, DateTimeOffset? expires)
    {
        _client = new ClientWriter(context, time);
        _options = options;
        _time = time;
        _openedAt = time.GetTimestamp();
        var share = ShortestShareOfMaxDuration + ((1 - ShortestShareOfMaxDuration) * Random.Shared.NextDouble());
        _maxDuration = options.MaxDuration * share;
        _timeLeft = expires - time.GetUtcNow();
    }

    /// <summary>Why the stream ended, once it has.</summary>
    public StreamEnd Reason => (StreamEnd)Volatile.Read(ref _end);

    /// <summary>How many events were written.</summary>
    public long Events { get; private set; }

    /// <summary>How long the stream has been open.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_openedAt);

    /// <summary>Whether the connection was broken off from here.</summary>
    public bool IsAborted => _client.IsAborted;

    /// <summary>The stream's spans; null if nobody listens.</summary>
    public StreamTrace? Trace { get; init; }

    private bool Ended => Reason != StreamEnd.None;

    private bool HeartbeatIsDue => _options.Heartbeat > TimeSpan.Zero && _client.Silence >= _options.Heartbeat;

    /// <summary>Ends the stream; the first reason counts. Any thread may call it, at any time; it returns at once.
    /// </summary>
    public void End(StreamEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)StreamEnd.None) != (int)StreamEnd.None) return;
        _signal.Raise(Wake.End);
        // The platform waits for these, and not for long; the others leave a slow client the time that it may take.
        if (reason is StreamEnd.HostStopping or StreamEnd.InvocationCancelled) _client.Hurry();
    }

    /// <summary>Breaks the connection off.</summary>
    public void Abort() => _client.Abort();

    /// <summary>Looks at the clock: one timer calls it for all open streams, several times in the shortest of their
    /// durations.</summary>
    public void Tick()
    {
        if (Age >= _timeLeft) End(StreamEnd.Expired);
        if (_options.MaxDuration > TimeSpan.Zero && Age >= _maxDuration) End(StreamEnd.MaxDuration);
        if (_client.Blocked is not { } blocked)
        {
            if (HeartbeatIsDue) _signal.Raise(Wake.Heartbeat);
            return;
        }
        var isTooLong = _options.WriteTimeout > TimeSpan.Zero
            ? blocked >= _options.WriteTimeout
            : Ended && blocked >= LateClientGrace;
        if (!isTooLong) return;
        End(StreamEnd.WriteTimeout);
        Abort();
    }

    /// <summary>Writes the preamble at once, then the events as they come, until the stream ends for one of the reasons
    /// of <see cref="StreamEnd"/>.</summary>
    /// <returns>False if the sequence ignored its cancellation and was left to itself, true if it was disposed of.
    /// </returns>
    /// <exception cref="Exception">What the sequence threw, be it in answer to its cancellation.</exception>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> preamble, IAsyncEnumerable<ServerSentEvent> events)
    {
        await _client.StartAsync();
        _client.Write(preamble.Span);
        // Or it would be held for as long as the stream is open.
        preamble = default;
        if (!await _client.FlushAsync()) End(StreamEnd.ClientGone);
        Trace?.Started();
        _stoppable = events as IStoppableSequence;
        if (_stoppable is null) _stop = new CancellationTokenSource();
        var sequence = events.GetAsyncEnumerator(_stop?.Token ?? CancellationToken.None);
        Task closing;
        // All in one method, not two: each would hold a state machine for as long as the stream is open.
        try
        {
            while (!Ended)
            {
                var isOver = !WriteWhatIsReady(sequence);
                if (!await _client.FlushAsync()) End(StreamEnd.ClientGone);
                if (isOver) End(StreamEnd.Finished);
                // A sequence that never runs out of events would otherwise keep this thread from all other streams.
                else if (!_nextIsPending) await Task.Yield();
                while (_nextIsPending && !Ended)
                {
                    var wake = await _signal.WaitAsync();
                    _nextIsHere = wake.HasFlag(Wake.Next);
                    _nextIsPending = !_nextIsHere;
                    if (_nextIsHere || !wake.HasFlag(Wake.Heartbeat) || !HeartbeatIsDue) continue;
                    _client.Write(": heartbeat\n"u8);
                    if (!await _client.FlushAsync()) End(StreamEnd.ClientGone);
                }
            }
        }
        finally
        {
            closing = CloseAsync(sequence);
            if (!closing.IsCompleted) await Task.WhenAny(closing, Task.Delay(SequenceGrace, _time));
        }
        if (!closing.IsCompleted) return false;
        await closing;
        return true;
    }

    /// <summary>Sends what was written and has not been sent. False if the client is gone.</summary>
    public ValueTask<bool> FlushAsync() => _client.FlushAsync();

    /// <summary>Lets go of the request, which is over.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _stop?.Dispose();
    }

    // Until the sequence has to be waited for, or there is enough for one write: true; or until it is over: false.
    private bool WriteWhatIsReady(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        do
        {
            if (_rest.IsEmpty)
            {
                if (!NextIsHere(sequence)) break;
                if (!_next.GetResult()) return false;
                _rest = sequence.Current.Bytes;
                Events++;
            }
            // A large event goes in pieces: WriteTimeout is about a write, and an event of any size must arrive.
            var piece = _rest.Span[..Math.Min(_rest.Length, MaxWriteBytes)];
            _client.Write(piece);
            // An empty rest would still hold the whole event for as long as the next one does not come.
            _rest = piece.Length < _rest.Length ? _rest[piece.Length..] : default;
        }
        while (_client.UnflushedBytes < MaxWriteBytes && _client.MillisecondsSinceFlush < SlowMilliseconds && !Ended);
        return true;
    }

    private bool NextIsHere(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        if (!_nextIsHere)
        {
#pragma warning disable CA2012 // Its result is taken once: when it is written or, if the stream ends, at the close.
            _next = sequence.MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            _nextIsPending = !_next.IsCompleted;
            if (_nextIsPending)
                _next.UnsafeOnCompleted(_raiseNext ??= () => _signal.Raise(Wake.Next, inline: true));
        }
        _nextIsHere = false;
        return !_nextIsPending;
    }

    // Stops the sequence and runs its finally blocks, which is possible only once it has answered.
    private async Task CloseAsync(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        try
        {
            if (Reason != StreamEnd.Finished)
            {
                _stoppable?.Stop();
                _stop?.Cancel();
            }
            while (_nextIsPending)
            {
                _nextIsHere = (await _signal.WaitAsync()).HasFlag(Wake.Next);
                _nextIsPending = !_nextIsHere;
            }
            if (_nextIsHere) _next.GetResult();
        }
        catch (OperationCanceledException) when (_stop is { IsCancellationRequested: true })
        {
        }
        finally
        {
            await sequence.DisposeAsync();
        }
    }
}
