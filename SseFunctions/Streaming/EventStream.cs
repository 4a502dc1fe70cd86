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
    // What is ready goes out together, but no more than this: beyond it the client's pace has to count.
    private const int MaxUnflushedBytes = 32 * 1024;
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
    private Action? _raiseNext;
    private int _unflushedBytes;
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

    private bool Ended => Reason != StreamEnd.None;

    private bool HeartbeatIsDue => _options.Heartbeat > TimeSpan.Zero
        && _time.GetElapsedTime(Volatile.Read(ref _wroteAt)) >= _options.Heartbeat;

    /// <summary>Ends the stream; the first reason counts. Any thread may call it, at any time; it returns at once.
    /// </summary>
    public void End(StreamEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)StreamEnd.None) != (int)StreamEnd.None) return;
        _signal.Raise(Wake.End);
        if (Volatile.Read(ref _blockedAt) != 0) _ = AbortIfStillBlockedAsync();
    }

    /// <summary>Looks at the clock: one timer calls it for all open streams, several times in the shortest of their
    /// durations.</summary>
    public void Tick()
    {
        var blockedAt = Volatile.Read(ref _blockedAt);
        if (blockedAt != 0)
        {
            var limit = _options.WriteTimeout;
            if (limit == TimeSpan.Zero || _time.GetElapsedTime(blockedAt) < limit) return;
            End(StreamEnd.WriteTimeout);
            Abort();
        }
        else if (_options.MaxDuration > TimeSpan.Zero && Age >= _maxDuration)
        {
            End(StreamEnd.MaxDuration);
        }
        else if (HeartbeatIsDue)
        {
            _signal.Raise(Wake.Heartbeat);
        }
    }

    /// <summary>Writes the preamble at once, then the events as they come, until the stream ends for one of the reasons
    /// of <see cref="StreamEnd"/>.</summary>
    /// <returns>False if the sequence ignored its cancellation and was left to itself, true if it was disposed of.
    /// </returns>
    /// <exception cref="Exception">What the sequence threw, unless it was the answer to its cancellation.</exception>
    public async Task<bool> WriteAsync(
        ReadOnlyMemory<byte> preamble, ReadOnlyMemory<byte> heartbeat, IAsyncEnumerable<ServerSentEvent> events)
    {
        Write(preamble);
        await FlushAsync();
        var sequence = events.GetAsyncEnumerator(_stop.Token);
        Task closing;
        try
        {
            await WriteEventsAsync(sequence, heartbeat);
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

    /// <summary>Lets go of the request, which is over.</summary>
    public void Dispose()
    {
        lock (_gate) _isOver = true;
        _stop.Dispose();
    }

    private async Task WriteEventsAsync(IAsyncEnumerator<ServerSentEvent> sequence, ReadOnlyMemory<byte> heartbeat)
    {
        while (!Ended)
        {
#pragma warning disable CA2012 // It is asked for its result once, here or, if the stream ends first, in CloseAsync.
            _next = sequence.MoveNextAsync().GetAwaiter();
#pragma warning restore CA2012
            if (!_next.IsCompleted && !await HasNextAsync(heartbeat)) break;
            if (_next.GetResult()) Write(sequence.Current);
            else End(StreamEnd.Finished);
            if (_unflushedBytes < MaxUnflushedBytes) continue;
            await FlushAsync();
            // A sequence that never runs out of events would otherwise keep this thread from all other streams.
            await Task.Yield();
        }
        await FlushAsync();
    }

    // True once the sequence has answered; false if the stream ends first.
    private async ValueTask<bool> HasNextAsync(ReadOnlyMemory<byte> heartbeat)
    {
        _nextIsPending = true;
        _next.UnsafeOnCompleted(_raiseNext ??= () => _signal.Raise(Wake.Next, inline: true));
        await FlushAsync();
        while (!Ended)
        {
            var wake = await _signal.WaitAsync();
            if (wake.HasFlag(Wake.Next))
            {
                _nextIsPending = false;
                return true;
            }
            if (!wake.HasFlag(Wake.Heartbeat) || !HeartbeatIsDue) continue;
            Write(heartbeat);
            await FlushAsync();
        }
        return false;
    }

    // Stops the sequence and runs its finally blocks, which is possible only once it has answered.
    private async Task CloseAsync(IAsyncEnumerator<ServerSentEvent> sequence)
    {
        if (Reason != StreamEnd.Finished) _stop.Cancel();
        if (_nextIsPending)
        {
            while (!(await _signal.WaitAsync()).HasFlag(Wake.Next)) { }
            try
            {
                _next.GetResult();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
        }
        await sequence.DisposeAsync();
    }

    private void Write(ServerSentEvent next)
    {
        Write(next.Bytes);
        Events++;
    }

    private void Write(ReadOnlyMemory<byte> bytes)
    {
        _writer.Write(bytes.Span);
        _unflushedBytes += bytes.Length;
    }

    // Without a token: an abort completes a flush anyway, and a registration for each would cost more than the flush.
    private ValueTask FlushAsync()
    {
        if (_unflushedBytes == 0) return ValueTask.CompletedTask;
        _unflushedBytes = 0;
        return FlushAsync(_writer.FlushAsync());
    }

    private async ValueTask FlushAsync(ValueTask<FlushResult> flush)
    {
        var isBlocked = !flush.IsCompleted;
        if (isBlocked)
        {
            Interlocked.Exchange(ref _blockedAt, _time.GetTimestamp());
            if (Ended) _ = AbortIfStillBlockedAsync();
        }
        try
        {
            var result = await flush;
            Volatile.Write(ref _wroteAt, _time.GetTimestamp());
            if (result.IsCompleted) End(StreamEnd.ClientGone);
        }
        finally
        {
            if (isBlocked) Volatile.Write(ref _blockedAt, 0);
        }
    }

    // A client that does not read must not hold up a host that stops: what it misses now it resumes later.
    private async Task AbortIfStillBlockedAsync()
    {
        await Task.Delay(ClientGrace, _time);
        if (Volatile.Read(ref _blockedAt) != 0) Abort();
    }

    // The context is used again for the connection's next request as soon as this one is over.
    private void Abort()
    {
        lock (_gate)
        {
            if (!_isOver) _context.Abort();
        }
    }
}
