using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>One open stream: the loop that writes a sequence of events to one client. Only the loop touches the
/// sequence and writes; whoever else wants something of it, the clock or a cancellation, raises its signal.</summary>
internal sealed class EventStream : ILentClient, IDisposable
{
    // What is ready goes out together, but no more than this in one write: then the client's pace has to count.
    private const int MaxWriteBytes = 32 * 1024;

    // A sequence that works between its events without awaiting is never seen to wait: what it gave is not held back.
    private const int SlowMilliseconds = 50;
    private const double ShortestShareOfMaxDuration = 0.8;

    // Between two and three: a stream whose path is dead ends with the third heartbeat that gets no answer, however
    // late each of them was sent.
    private const double UnansweredHeartbeats = 2.5;

    // The platform gives a cancelled function two seconds before it ends the whole worker process.
    private static readonly TimeSpan SequenceGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LateClientGrace = TimeSpan.FromSeconds(1);

    // When a client leaves, the Functions host cancels the invocation too, over a connection of its own: measured 0.05
    // to 14 ms before Kestrel tells that the client is gone.
    private static readonly TimeSpan LateSignalGrace = TimeSpan.FromMilliseconds(250);

    private readonly ClientWriter _client;
    private readonly OpenStreams _open;
    private readonly StreamingOptions _options;
    private readonly TimeProvider _time;
    private readonly StreamSignal _signal = new();
    private readonly long _openedAt;
    private readonly long _maxDurationAt;
    private readonly long _expiresAt;

    private SequenceReader? _reader;
    private ReadOnlyMemory<byte> _rest;
    private Task<bool>? _sending;
    private long _mayBeDeadAt;
    private long _endedAt;
    private int _end;

    public EventStream(
        HttpContext context, OpenStreams open, StreamingOptions options, TimeProvider time, DateTimeOffset? expires)
    {
        _client = new ClientWriter(context, time);
        _open = open;
        _options = options;
        _time = time;
        _mayBeDeadAt = Environment.TickCount64 + (long)LongestSilence.TotalMilliseconds;
        _openedAt = time.GetTimestamp();
        var share = ShortestShareOfMaxDuration + ((1 - ShortestShareOfMaxDuration) * Random.Shared.NextDouble());
        _maxDurationAt = options.MaxDuration > TimeSpan.Zero
            ? time.After(_openedAt, options.MaxDuration * share)
            : OpenStreams.Never;
        _expiresAt = expires is { } end ? time.After(_openedAt, end - time.GetUtcNow()) : OpenStreams.Never;
    }

    /// <summary>Whose stream it is, in logs and metrics.</summary>
    public required string Feature { get; init; }

    /// <summary>Where it is among the open streams. Guarded by them.</summary>
    public int Index { get; set; } = OpenStreams.NotOpen;

    /// <summary>Why the stream ended, once it has.</summary>
    public StreamEnd Reason => (StreamEnd)Volatile.Read(ref _end);

    /// <summary>How many events were written.</summary>
    public long Events { get; private set; }

    /// <summary>How long the stream has been open.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_openedAt);

    /// <summary>The stream's spans; null if nobody listens.</summary>
    public StreamTrace? Trace { get; init; }

    private bool Ended => Reason != StreamEnd.None;

    // Of a path that is not dead.
    private TimeSpan LongestSilence => _options.Heartbeat * UnansweredHeartbeats;

    // The timestamp at which the next heartbeat is due, if nothing is sent before.
    private long HeartbeatAt => _options.Heartbeat > TimeSpan.Zero
        ? _time.After(_client.TookAt, _options.Heartbeat)
        : OpenStreams.Never;

    /// <summary>Ends the stream; the first reason counts. Only that the client is gone takes the place of a cancelled
    /// invocation: the platform cancels the invocation of a client that leaves. Any thread may call it, at any time; it
    /// returns at once.</summary>
    public void End(StreamEnd reason)
    {
        Interlocked.CompareExchange(ref _endedAt, _time.GetTimestamp(), 0);
        if (!TryReplaceReason(StreamEnd.None, reason))
        {
            // A client that was cut off from here is gone for that reason alone.
            if (reason == StreamEnd.ClientGone && !_client.IsAborted)
                TryReplaceReason(StreamEnd.InvocationCancelled, reason);
            return;
        }
        _signal.Raise(Wake.End);
        // The platform waits for these, and not for long; the others leave a slow client the time that it may take.
        if (reason is StreamEnd.HostStopping or StreamEnd.InvocationCancelled) _client.Hurry();
    }

    /// <summary>Breaks the connection off.</summary>
    public void Abort() => _client.Abort();

    /// <summary>Does what is due: ends the stream at its time, sends a heartbeat, cuts off a client that takes nothing.
    /// One timer looks at all open streams. A heartbeat is written before this returns and without waking the
    /// stream, so that the heartbeats of many streams leave one after the other on one thread.</summary>
    /// <param name="now">The clock's timestamp, read once for all streams.</param>
    /// <returns>The timestamp of the next look. A write that blocks before then asks for an earlier one.</returns>
    public long Look(long now)
    {
        if (now >= _expiresAt) End(StreamEnd.Expired);
        if (now >= _maxDurationAt) End(StreamEnd.MaxDuration);
        if (_client.Blocked is { } write)
        {
            CutOffLateClient(write);
            return OpenStreams.AtOnce;
        }
        if (Ended) return OpenStreams.Never;
        // A stream that does not wait for its sequence cannot lend its client now: the next tick tries again.
        if (now >= HeartbeatAt && TryBorrow()) SendHeartbeat();
        return Math.Min(Math.Min(_expiresAt, _maxDurationAt), HeartbeatAt);
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
        if (!await SendAsync()) End(StreamEnd.ClientGone);
        Trace?.Started();
        var reader = new SequenceReader(events, _signal, this);
        _reader = reader;
        Task closing;
        // All in one method, not two: each would hold a state machine for as long as the stream is open.
        try
        {
            while (!Ended)
            {
                var isOver = !WriteWhatIsReady(reader);
                if (!await SendAsync()) End(StreamEnd.ClientGone);
                if (isOver) End(StreamEnd.Finished);
                // A sequence that never runs out of events would otherwise keep this thread from all other streams.
                else if (!reader.IsPending) await Task.Yield();
                while (reader.IsPending && !Ended)
                {
                    reader.Woken(await _signal.WaitAsync());
                    if (_sending is not { } sending) continue;
                    _sending = null;
                    if (!await sending) End(StreamEnd.ClientGone);
                }
            }
        }
        finally
        {
            closing = reader.CloseAsync(isAtItsEnd: Reason == StreamEnd.Finished);
            if (!closing.IsCompleted) await Task.WhenAny(closing, Task.Delay(SequenceGrace, _time));
        }
        if (!closing.IsCompleted) return false;
        await closing;
        return true;
    }

    /// <inheritdoc/>
    public bool TryBorrow()
    {
        if (Ended || !_signal.TryHold()) return false;
        if (!Ended) return true;
        // The stream may be waiting for the end of the sequence already.
        _signal.Release();
        return false;
    }

    /// <inheritdoc/>
    public void Write(ServerSentEvent next)
    {
        _client.Write(next.Bytes.Span);
        Events++;
    }

    /// <inheritdoc/>
    public void Return()
    {
        try
        {
            var sent = SendAsync();
            if (!sent.IsCompletedSuccessfully) _sending = sent.AsTask();
            else if (!sent.Result) End(StreamEnd.ClientGone);
        }
        catch (Exception exception)
        {
            // It is the stream's own, and not that of the thread that writes to many.
            _sending = Task.FromException<bool>(exception);
        }
        _signal.Release(_sending is null ? Wake.None : Wake.Sending);
    }

    /// <inheritdoc/>
    public void Fail(Exception exception)
    {
        _sending = Task.FromException<bool>(exception);
        _signal.Release(Wake.Sending);
    }

    /// <summary>Sends what was written and has not been sent. False if the client is gone.</summary>
    public ValueTask<bool> SendAsync()
    {
        if (PathIsDead())
        {
            Abort();
            return ValueTask.FromResult(false);
        }
        var sent = _client.FlushAsync();
        // From now on the clock has to see what the client takes.
        if (!sent.IsCompleted) _open.LookAtOnce(this);
        return sent;
    }

    /// <summary>Waits, where the invocation was cancelled, until the client is gone too, but not longer than
    /// <see cref="LateSignalGrace"/> after the cancellation: only then is it known why the stream ended.</summary>
    /// <param name="gone">Is cancelled when the client is gone.</param>
    public async ValueTask SettleReasonAsync(CancellationToken gone)
    {
        if (Reason != StreamEnd.InvocationCancelled || _client.IsAborted) return;
        var left = LateSignalGrace - _time.GetElapsedTime(_endedAt);
        if (left <= TimeSpan.Zero) return;
        await Task.Delay(left, _time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Lets go of the request, which is over.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _reader?.Dispose();
    }

    private void SendHeartbeat()
    {
        try
        {
            _client.Write(": heartbeat\n"u8);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }
        Return();
    }

    private bool TryReplaceReason(StreamEnd reason, StreamEnd by) =>
        Interlocked.CompareExchange(ref _end, (int)by, (int)reason) == (int)reason;

    // Looks only when the path may be dead by what the last look saw: each look costs a system call.
    private bool PathIsDead()
    {
        if (_options.Heartbeat == TimeSpan.Zero) return false;
        var now = Environment.TickCount64;
        if (now < _mayBeDeadAt) return false;
        var connection = _client.Connection;
        var silence = connection?.Silence ?? TimeSpan.Zero;
        _mayBeDeadAt = now + (long)(LongestSilence - silence).TotalMilliseconds;
        return IsDead(connection);
    }

    // A client that is there and reads nothing is not dead: its kernel answers.
    private bool IsDead(TcpState? connection) =>
        _options.Heartbeat > TimeSpan.Zero
        && connection is { IsUnanswered: true } state
        && state.Silence >= LongestSilence;

    private void CutOffLateClient(BlockedWrite write)
    {
        var timeout = _options.WriteTimeout;
        var standstill = write.Look(out var connection);
        if (Ended)
        {
            // From now on it is not enough that the client takes something: the platform may wait for the end. But a
            // client that takes nothing gets no more time than before the end.
            var isLate = _time.GetElapsedTime(_endedAt) >= (timeout > TimeSpan.Zero ? timeout : LateClientGrace);
            if (isLate || IsDead(connection) || (timeout > TimeSpan.Zero && standstill >= timeout)) Abort();
            return;
        }
        if (IsDead(connection))
        {
            End(StreamEnd.ClientGone);
        }
        else if (timeout > TimeSpan.Zero && standstill >= timeout)
        {
            // Of a client that does not read, the kernel still answers.
            var pathIsDead = connection is { IsUnanswered: true } state && state.Silence >= timeout;
            End(pathIsDead ? StreamEnd.ClientGone : StreamEnd.WriteTimeout);
        }
        else
        {
            return;
        }
        Abort();
    }

    // Until the sequence has to be waited for, or there is enough for one write: true; or until it is over: false.
    private bool WriteWhatIsReady(SequenceReader reader)
    {
        do
        {
            if (_rest.IsEmpty)
            {
                if (!reader.Ask()) break;
                if (reader.Take() is not { } next) return false;
                _rest = next.Bytes;
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
}
