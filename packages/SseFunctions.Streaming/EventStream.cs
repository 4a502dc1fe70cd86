using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>One open stream: writes the events of one sequence, and heartbeats, to one client until the stream ends
/// with one of the reasons of <see cref="StreamEnd"/>.</summary>
/// <remarks>
/// <para>Owner: <see cref="EventStreams"/>, in the code that answers the request. It creates the stream, calls
/// <see cref="Look"/> once, adds the stream to <see cref="OpenStreams"/>, calls <see cref="WriteAsync"/> once, then
/// <see cref="SettleReasonAsync"/>, and disposes of the stream.</para>
/// <para>The loop is <see cref="WriteAsync"/>. Only the loop enumerates the sequence. The loop takes all events that
/// the sequence has ready, flushes, waits until the client's connection has room again, and then waits for the next
/// event with <see cref="StreamSignal"/>. When the sequence returns that event on some thread, the loop continues on
/// this thread, as an inline continuation. When another signal wakes the loop, it continues on the thread pool.</para>
/// <para>While the loop waits for the sequence, one other thread at a time may borrow the client
/// (<see cref="ILentClient"/>) and write in the loop's place: a thread of the sequence writes events, or the timer's
/// thread writes a heartbeat. The signal holds the loop until the borrower returns the client, so there is only one
/// writer at any time.</para>
/// <para>The timer of <see cref="EventStreams"/> calls <see cref="Look"/> for the streams that are due, never for two
/// at a time. Any thread may call <see cref="End"/> and <see cref="Abort"/> and read <see cref="Reason"/> and
/// <see cref="Age"/> at any time.</para>
/// </remarks>
internal sealed class EventStream : ILentClient, IDisposable
{
    // Events that are ready leave in one flush. When this many bytes are reached, the loop flushes and waits until the
    // connection has room again, so that a sequence never runs far ahead of a slow client. An event is written in
    // pieces of at most this size, so a flush has less than twice as many bytes.
    private const int MaxWriteBytes = 32 * 1024;

    // The MoveNextAsync of a sequence that computes between its events without awaiting always completes synchronously.
    // So the loop also flushes after this time, or such events would be held back until MaxWriteBytes.
    private const int SlowMilliseconds = 50;
    private const double ShortestShareOfMaxDuration = 0.8;

    // A connection is dead if the client's kernel owes an acknowledgment (TcpState.IsUnanswered), and none has arrived
    // for this many heartbeat intervals. The number is less than three, so that the stream ends when the third
    // heartbeat is due, and more than two, so that heartbeats which the timer sends late do not end a stream at the
    // second.
    private const double UnansweredHeartbeats = 2.5;

    // The platform gives a canceled function two seconds before it ends the whole worker process. The sequence may take
    // one of these two seconds to stop, and a write that is still blocked after the end is aborted after
    // LateClientGrace if WriteTimeout sets no other limit.
    private static readonly TimeSpan SequenceGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LateClientGrace = TimeSpan.FromSeconds(1);

    // When a client leaves, the Functions host also cancels the invocation, over a separate connection. Measured: the
    // cancellation arrives 0.05 to 14 ms before Kestrel reports that the client is gone.
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

    // The part of the current event that the loop has not written yet.
    private ReadOnlyMemory<byte> _rest;

    // A borrower's flush that was not complete when the borrower returned the client, or the exception of a borrower's
    // write. The loop awaits this task.
    private Task<bool>? _sending;

    // A value of Environment.TickCount64. Before this time the connection cannot be dead, so a flush does not ask the
    // kernel.
    private long _mayBeDeadAt;
    private long _endedAt;
    private int _end;

    /// <summary>Opens the stream. Nothing is written before <see cref="WriteAsync"/>.</summary>
    /// <param name="context">The request, whose response the stream writes.</param>
    /// <param name="open">The streams that the timer looks at. A blocked write asks there for an early look at this
    /// stream.</param>
    /// <param name="options">The settings of all streams.</param>
    /// <param name="time">The clock for everything but the kernel's state.</param>
    /// <param name="lifetime">The time after which the stream ends with <see cref="StreamEnd.Expired"/>; null:
    /// never.</param>
    public EventStream(
        HttpContext context, OpenStreams open, StreamingOptions options, TimeProvider time, TimeSpan? lifetime)
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
        _expiresAt = lifetime is { } duration ? time.After(_openedAt, duration) : OpenStreams.Never;
    }

    /// <summary>The feature that opened the stream, for logs, metrics and spans.</summary>
    public required string Feature { get; init; }

    /// <summary>Is canceled when the client is gone.</summary>
    public required CancellationToken Gone { get; init; }

    /// <summary>Is canceled when the platform cancels the invocation.</summary>
    public required CancellationToken Invocation { get; init; }

    /// <summary>Is canceled when the host stops.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>The reason for which a token has been canceled; <see cref="StreamEnd.None"/> if none has. The app's
    /// sequence may listen to the same tokens, and then it may end before the callback that calls <see cref="End"/> has
    /// run.</summary>
    public StreamEnd Canceled =>
        Gone.IsCancellationRequested ? StreamEnd.ClientGone
        : Invocation.IsCancellationRequested ? StreamEnd.InvocationCancelled
        : Stopping.IsCancellationRequested ? StreamEnd.HostStopping
        : StreamEnd.None;

    /// <summary>The stream's index in <see cref="OpenStreams"/>. Only that class uses the index, under its own
    /// lock.</summary>
    public int Index { get; set; } = OpenStreams.NotOpen;

    /// <summary>The end reason; <see cref="StreamEnd.None"/> while the stream is open.</summary>
    public StreamEnd Reason => (StreamEnd)Volatile.Read(ref _end);

    /// <summary>The number of events that the stream has written, or has begun to write.</summary>
    public long Events { get; private set; }

    /// <summary>The time since the stream was opened.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_openedAt);

    /// <summary>The stream's spans; null if nothing listens to spans.</summary>
    public StreamTrace? Trace { get; init; }

    private bool Ended => Reason != StreamEnd.None;

    // A connection that is unanswered (TcpState.IsUnanswered) and without an acknowledgment for this long is dead.
    private TimeSpan LongestSilence => _options.Heartbeat * UnansweredHeartbeats;

    // The timestamp at which the next heartbeat is due. Each completed flush postpones it.
    private long HeartbeatAt => _options.Heartbeat > TimeSpan.Zero
        ? _time.After(_client.TookAt, _options.Heartbeat)
        : OpenStreams.Never;

    /// <summary>Ends the stream: sets the end reason and wakes the loop, which then stops the sequence. The first
    /// reason counts, with two exceptions. <see cref="StreamEnd.ClientGone"/> replaces
    /// <see cref="StreamEnd.InvocationCancelled"/>, because the platform also cancels the invocation of a client that
    /// leaves. <see cref="StreamEnd.Failed"/> replaces <see cref="StreamEnd.Finished"/>, because a finished sequence
    /// can still throw when it is disposed of. Any thread may call this at any time; it returns
    /// immediately.</summary>
    public void End(StreamEnd reason)
    {
        Interlocked.CompareExchange(ref _endedAt, _time.GetTimestamp(), 0);
        if (!TryReplaceReason(StreamEnd.None, reason))
        {
            // After Abort the client is gone because the stream aborted the connection: the first reason stays.
            if (reason == StreamEnd.ClientGone && !_client.IsAborted)
                TryReplaceReason(StreamEnd.InvocationCancelled, reason);
            if (reason == StreamEnd.Failed) TryReplaceReason(StreamEnd.Finished, reason);
            return;
        }
        _signal.Raise(Wake.End);
        // For these two reasons the platform waits only about two seconds, so a blocked write gets less time. For other
        // reasons it keeps the time that CutOffLateClient allows.
        if (reason is StreamEnd.HostStopping or StreamEnd.InvocationCancelled) _client.Hurry();
    }

    /// <summary>Aborts the connection, unless the request has ended. Any thread may call this at any time.</summary>
    public void Abort() => _client.Abort();

    /// <summary>Does what is due: ends the stream at its time, sends a heartbeat, aborts the connection of a client
    /// that takes no bytes, or that takes them too slowly after the stream has ended. The owner calls this once, before
    /// the stream is among the open streams; then only the timer calls it. The heartbeat is written on the calling
    /// thread, which is cheaper than waking the loop.</summary>
    /// <param name="now">The clock's timestamp, read once for all streams.</param>
    /// <returns>The timestamp of the next look. <see cref="SendAsync"/> asks for an earlier look when a write
    /// blocks.</returns>
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
        // The client can be borrowed only while the loop waits for the sequence. Otherwise the timer's next run tries
        // again.
        if (now >= HeartbeatAt && TryBorrow()) SendHeartbeat();
        return Math.Min(Math.Min(_expiresAt, _maxDurationAt), HeartbeatAt);
    }

    /// <summary>Runs the loop: starts the response, writes the preamble immediately, then the events as the sequence
    /// gives them, until the stream ends. Then stops the sequence and waits up to 1 s for its finally blocks. Called
    /// once, by the owner.</summary>
    /// <returns>The disposal of the sequence. Not completed if the sequence ignored its cancellation and still
    /// runs. Fails with what the sequence threw when it was stopped; the OperationCanceledException of a sequence that
    /// was canceled is not thrown.</returns>
    /// <exception cref="Exception">The exception of the sequence, or of a write.</exception>
    public async Task<Task> WriteAsync(ReadOnlyMemory<byte> preamble, IAsyncEnumerable<ServerSentEvent> events)
    {
        await _client.StartAsync();
        _client.Write(preamble.Span);
        // Otherwise the state machine of this method would keep the preamble in memory while the stream is open.
        preamble = default;
        if (!await SendAsync()) End(StreamEnd.ClientGone);
        Trace?.Started();
        var reader = new SequenceReader(events, _signal, this);
        _reader = reader;
        Task closing;
        // The loop is not a separate method: a second state machine would take memory while the stream is open.
        try
        {
            while (!Ended)
            {
                var isOver = !WriteWhatIsReady(reader);
                if (!await SendAsync()) End(StreamEnd.ClientGone);
                if (isOver) End(Canceled is not StreamEnd.None and var cause ? cause : StreamEnd.Finished);
                // Without this, a sequence that always has an event ready would keep this thread from other streams.
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
        return closing;
    }

    /// <inheritdoc/>
    public bool TryBorrow()
    {
        if (Ended || !_signal.TryHold()) return false;
        if (!Ended) return true;
        // The stream has ended meanwhile, and TryHold may have held the wait of SequenceReader.CloseAsync: nothing may
        // be written after the end.
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
            // The loop must throw the exception, and not the borrower, which writes to other streams too.
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

    /// <summary>Flushes the bytes that were written. The task completes when the client's connection has room again.
    /// Called by the loop, by a borrower (<see cref="Return"/>, which does not await the task), and by the owner after
    /// <see cref="WriteAsync"/>: never by two at the same time.</summary>
    /// <returns>False if the client is gone, or if its connection was dead and has been aborted.</returns>
    public ValueTask<bool> SendAsync()
    {
        if (PathIsDead())
        {
            Abort();
            return ValueTask.FromResult(false);
        }
        var sent = _client.FlushAsync();
        // If the write is blocked, each run of the timer looks how much of it the client has taken.
        if (!sent.IsCompleted) _open.LookAtOnce(this);
        return sent;
    }

    /// <summary>Waits until the end reason is certain. After <see cref="StreamEnd.InvocationCancelled"/> the signal
    /// that the client is gone may still be on its way and would replace the reason, so this method waits for that
    /// signal until <see cref="LateSignalGrace"/> after the cancellation. After other reasons it returns immediately.
    /// Called by the owner after <see cref="WriteAsync"/>.</summary>
    /// <param name="gone">Is canceled when the client is gone.</param>
    public async ValueTask SettleReasonAsync(CancellationToken gone)
    {
        if (Reason != StreamEnd.InvocationCancelled || _client.IsAborted) return;
        var left = LateSignalGrace - _time.GetElapsedTime(_endedAt);
        if (left <= TimeSpan.Zero) return;
        await Task.Delay(left, _time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Frees what the stream registered at its request. The owner calls this last, and no longer uses the
    /// response.</summary>
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

    // Asks the kernel only when enough time has passed since the last acknowledgment that the kernel reported, because
    // each question is a system call. Uses the machine's clock, as the kernel does.
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

    // A connected client that reads nothing does not count as dead: its kernel still acknowledges.
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
            // After the end of the stream, the blocked write has a limit, even if the client takes bytes, because the
            // platform may wait for the function to return. WriteTimeout for a client that takes nothing still applies.
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
            // If the client does not read, but its kernel acknowledges, the reason is WriteTimeout.
            var pathIsDead = connection is { IsUnanswered: true } state && state.Silence >= timeout;
            End(pathIsDead ? StreamEnd.ClientGone : StreamEnd.WriteTimeout);
        }
        else
        {
            return;
        }
        Abort();
    }

    // Writes events until the sequence has none ready, there is enough for one flush, or the stream ends. Returns false
    // if the sequence is finished.
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
            // A large event is written in pieces: each has the time of WriteTimeout, so an event of any size can
            // arrive.
            var piece = _rest.Span[..Math.Min(_rest.Length, MaxWriteBytes)];
            _client.Write(piece);
            // default, not an empty slice: a slice would keep the whole event in memory until the next event comes.
            _rest = piece.Length < _rest.Length ? _rest[piece.Length..] : default;
        }
        while (_client.UnflushedBytes < MaxWriteBytes && _client.MillisecondsSinceFlush < SlowMilliseconds && !Ended);
        return true;
    }
}
