using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>One open stream: the loop that writes a sequence of events to one response. Only the loop touches the
/// writer and the sequence; whoever else wants something of it, the clock or a cancellation, raises its
/// signal.</summary>
internal sealed class EventStream : IDisposable
{
    // What is ready goes out together, but no more than this in one write: then the client's pace has to count.
    private const int MaxUnflushedBytes = 32 * 1024;

    // To ask the writer for room costs more than to copy a small event: one asking serves several.
    private const int MaxCopiedBytes = 2 * 1024;

    // A sequence that works between its events without awaiting is never seen to wait: what it gave is not held back.
    private const int SlowMilliseconds = 50;
    private const double ShortestShareOfMaxDuration = 0.8;

    // The platform gives a cancelled function two seconds before it ends the whole worker process.
    private static readonly TimeSpan SequenceGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClientGrace = TimeSpan.FromMilliseconds(500);

    private readonly HttpContext _context;
    private readonly PipeWriter _writer;
    private readonly StreamingOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly StreamSignal _signal = new();
    private readonly Lock _gate = new();
    private readonly long _openedAt;
    private readonly TimeSpan _maxDuration;

    private ValueTaskAwaiter<bool> _next;
    private bool _nextIsPending;
    private bool _nextIsHere;
    private Action? _raiseNext;
    private ReadOnlyMemory<byte> _rest;
    private int _unflushedBytes;
    private long _flushedAt;
    private long _wroteAt;
    private long _blockedAt;
    private int _end;
    private bool _isOver;

    public EventStream(HttpContext context, StreamingOptions options, TimeProvider time)
    {
        _context = context;
        _writer = context.Response.BodyWriter;
        _options = options;
        _time = time;
        _openedAt = _wroteAt = time.GetTimestamp();
        var share = ShortestShareOfMaxDuration + ((1 - ShortestShareOfMaxDuration) * Random.Shared.NextDouble());
        _maxDuration = options.MaxDuration * share;
    }

    /// <summary>Why the stream ended, once it has.</summary>
    public StreamEnd Reason => (StreamEnd)Volatile.Read(ref _end);

    /// <summary>How many events were written.</summary>
    public long Events { get; private set; }

    /// <summary>How long the stream has been open.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_openedAt);

    /// <summary>Whether the connection was broken off from here.</summary>
    public bool Aborted { get; private set; }

    private bool Ended => Reason != StreamEnd.None;

    // The platform waits for these, and not for long; the others leave a slow client the time that it may take.
    private bool IsUrgent => Reason is StreamEnd.HostStopping or StreamEnd.InvocationCancelled;

    private bool HeartbeatIsDue => _options.Heartbeat > TimeSpan.Zero
        && _time.GetElapsedTime(Volatile.Read(ref _wroteAt)) >= _options.Heartbeat;

    /// <summary>Ends the stream; the first reason counts. Any thread may call it, at any time; it returns at once.
    /// </summary>
    public void End(StreamEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)StreamEnd.None) != (int)StreamEnd.None) return;
        _signal.Raise(Wake.End);
        if (IsUrgent && Volatile.Read(ref _blockedAt) != 0) _ = AbortIfStillBlockedAsync();
    }

    /// <summary>Looks at the clock: one timer calls it for all open streams, several times in the shortest of their
    /// durations.</summary>
    public void Tick()
    {
        if (_options.MaxDuration > TimeSpan.Zero && Age >= _maxDuration) End(StreamEnd.MaxDuration);
        var blockedAt = Volatile.Read(ref _blockedAt);
        if (blockedAt == 0)
        {
            if (HeartbeatIsDue) _signal.Raise(Wake.Heartbeat);
            return;
        }
        var limit = _options.WriteTimeout > TimeSpan.Zero ? _options.WriteTimeout
            : Ended ? ClientGrace
            : TimeSpan.MaxValue;
        if (_time.GetElapsedTime(blockedAt) < limit) return;
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
        Write(preamble.Span);
        await FlushAsync();
        var sequence = events.GetAsyncEnumerator(_stop.Token);
        Task closing;
        try
        {
            await WriteEventsAsync(sequence);
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

    /// <summary>Breaks the connection off, unless the request is over: then its context may serve the next one.</summary>
    public void Abort()
    {
        // Abort queues what it calls, so nothing else runs under this lock.
        lock (_gate)
        {
            if (_isOver) return;
            Aborted = true;
            try
            {
                _context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // The host ended the request without waiting for us.
            }
        }
    }

    /// <summary>Lets go of the request, which is over.</summary>
    public void Dispose()
    {
        lock (_gate) _isOver = true;
        _stop.Dispose();
    }

    private async Task WriteEventsAsync(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        while (!Ended)
        {
            var isOver = !WriteWhatIsReady(sequence);
            await FlushAsync();
            if (isOver) End(StreamEnd.Finished);
            // A sequence that never runs out of events would otherwise keep this thread from all other streams.
            else if (!_nextIsPending) await Task.Yield();
            while (_nextIsPending && !Ended)
            {
                var wake = await _signal.WaitAsync();
                if (wake.HasFlag(Wake.Next))
                {
                    _nextIsPending = false;
                    _nextIsHere = true;
                }
                else if (wake.HasFlag(Wake.Heartbeat) && HeartbeatIsDue)
                {
                    Write(": heartbeat\n\n"u8);
                    await FlushAsync();
                }
            }
        }
    }

    // Until the sequence has to be waited for, or there is enough for one write: true; or until it is over: false.
    private bool WriteWhatIsReady(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        var room = Span<byte>.Empty;
        var used = 0;
        try
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
                var piece = _rest.Span[..Math.Min(_rest.Length, MaxUnflushedBytes)];
                _rest = _rest[piece.Length..];
                _unflushedBytes += piece.Length;
                if (piece.Length > room.Length - used)
                {
                    if (used > 0) _writer.Advance(used);
                    used = 0;
                    room = piece.Length > MaxCopiedBytes ? default : _writer.GetSpan(piece.Length);
                }
                if (room.IsEmpty)
                {
                    _writer.Write(piece);
                }
                else
                {
                    piece.CopyTo(room[used..]);
                    used += piece.Length;
                }
            }
            while (_unflushedBytes < MaxUnflushedBytes && !Ended && Environment.TickCount64 - _flushedAt < SlowMilliseconds);
        }
        finally
        {
            if (used > 0) _writer.Advance(used);
        }
        // Only now that the writer is left alone: the answer can come at once, on another thread.
        if (_nextIsPending) _next.UnsafeOnCompleted(_raiseNext ??= () => _signal.Raise(Wake.Next, inline: true));
        return true;
    }

    private bool NextIsHere(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        if (!_nextIsHere)
        {
#pragma warning disable CA2012 // It is asked for its result once: when it is written or, if the stream ends first, at its close.
            _next = sequence.MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            _nextIsPending = !_next.IsCompleted;
        }
        _nextIsHere = false;
        return !_nextIsPending;
    }

    // Stops the sequence and runs its finally blocks, which is possible only once it has answered.
    private async Task CloseAsync(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        try
        {
            if (Reason != StreamEnd.Finished) _stop.Cancel();
            while (_nextIsPending)
            {
                _nextIsHere = (await _signal.WaitAsync()).HasFlag(Wake.Next);
                _nextIsPending = !_nextIsHere;
            }
            if (_nextIsHere) _next.GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        finally
        {
            await sequence.DisposeAsync();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _writer.Write(bytes);
        _unflushedBytes += bytes.Length;
    }

    // Without a token: an abort completes a flush anyway, and a registration for each would cost more than the flush.
    private ValueTask FlushAsync()
    {
        if (_unflushedBytes == 0) return ValueTask.CompletedTask;
        _unflushedBytes = 0;
        _flushedAt = Environment.TickCount64;
        var flush = _writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully) return WaitForClientAsync(flush);
        Note(flush.Result);
        return ValueTask.CompletedTask;
    }

    private async ValueTask WaitForClientAsync(ValueTask<FlushResult> flush)
    {
        Interlocked.Exchange(ref _blockedAt, _time.GetTimestamp());
        if (IsUrgent) _ = AbortIfStillBlockedAsync();
        try
        {
            Note(await flush);
        }
        finally
        {
            Volatile.Write(ref _blockedAt, 0);
        }
    }

    private void Note(FlushResult flush)
    {
        Volatile.Write(ref _wroteAt, _time.GetTimestamp());
        if (flush.IsCompleted) End(StreamEnd.ClientGone);
    }

    // A client that does not read must not hold up a host that stops: what it misses now it resumes later.
    private async Task AbortIfStillBlockedAsync()
    {
        await Task.Delay(ClientGrace, _time);
        if (Volatile.Read(ref _blockedAt) != 0) Abort();
    }
}
