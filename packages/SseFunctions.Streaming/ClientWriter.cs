using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Writes to the response of one stream, and tells which write is blocked. One thread at a time may write and
/// flush: the stream's loop, or a borrower of the client. Any thread may read <see cref="TookAt"/>,
/// <see cref="Blocked"/> and <see cref="Connection"/> and call <see cref="Hurry"/> and <see cref="Abort"/>.</summary>
internal sealed class ClientWriter(HttpContext context, TimeProvider time) : IDisposable
{
    // PipeWriter.GetMemory costs more than copying a small event, so one block of memory serves several small events.
    // Larger writes go to the pipe directly.
    private const int MaxCopiedBytes = 2 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly PipeWriter _pipe = context.Response.BodyWriter;
    private readonly Socket? _socket = TcpState.SocketOf(context);
    private readonly Lock _gate = new();
    private Memory<byte> _room;
    private int _used;
    private long _flushedAt;
    private long _tookAt = time.GetTimestamp();
    private BlockedWrite? _blocked;
    private bool _isUrgent;
    private bool _isOver;

    /// <summary>The number of bytes written since the last flush.</summary>
    public int UnflushedBytes { get; private set; }

    /// <summary>The time since the last flush began, in milliseconds. Measured with the machine's clock and not with
    /// the stream's clock, because it stands for the time in which a sequence keeps its thread busy.</summary>
    public long MillisecondsSinceFlush => Environment.TickCount64 - _flushedAt;

    /// <summary>The clock's timestamp when a flush last completed; before the first flush, when the stream
    /// opened.</summary>
    public long TookAt => Volatile.Read(ref _tookAt);

    /// <summary>The flush that waits for the client; null if none waits.</summary>
    public BlockedWrite? Blocked => Volatile.Read(ref _blocked);

    /// <summary>The kernel's state of the connection; null if it cannot be read. Reading it is a system call.</summary>
    public TcpState? Connection => _socket is null ? null : TcpState.Read(_socket);

    /// <summary>Whether <see cref="Abort"/> has aborted the connection.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Starts the response. Call this before the first write: Kestrel buffers writes before the headers in a
    /// block of 4 KB, which it keeps until the response ends.</summary>
    public Task StartAsync() => context.Response.StartAsync();

    /// <summary>Copies the bytes into the response's buffer. They are sent by the next flush.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        UnflushedBytes += bytes.Length;
        if (bytes.Length > _room.Length - _used)
        {
            ReturnRoom();
            if (bytes.Length > MaxCopiedBytes)
            {
                _pipe.Write(bytes);
                return;
            }
            _room = _pipe.GetMemory(bytes.Length);
        }
        bytes.CopyTo(_room.Span[_used..]);
        _used += bytes.Length;
    }

    /// <summary>Sends the bytes that were written, and waits until the response's buffer has room again.</summary>
    /// <returns>False if the client is gone.</returns>
    public ValueTask<bool> FlushAsync()
    {
        if (UnflushedBytes == 0) return ValueTask.FromResult(true);
        ReturnRoom();
        UnflushedBytes = 0;
        _flushedAt = Environment.TickCount64;
        // No token: an abort completes the flush too, and registering a token would cost more than the flush itself.
        var flush = _pipe.FlushAsync();
        return flush.IsCompletedSuccessfully ? ValueTask.FromResult(IsTaken(flush.Result)) : BlockAsync(flush);
    }

    /// <summary>Limits the blocked flush and each later one: if the client does not take it within 500 ms, the
    /// connection is aborted. For ends in which the host waits for the stream. The client can resume after its last
    /// event id.</summary>
    public void Hurry()
    {
        Interlocked.Exchange(ref _isUrgent, true);
        if (Blocked is not null) _ = AbortIfStillBlockedAsync();
    }

    /// <summary>Aborts the connection, unless the request has ended.</summary>
    public void Abort()
    {
        // HttpContext.Abort queues its callbacks, so no other code runs under this lock.
        lock (_gate)
        {
            if (_isOver) return;
            IsAborted = true;
            try
            {
                context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // The host ended the request before the stream ended.
            }
        }
    }

    /// <summary>Makes a later <see cref="Abort"/> do nothing: the request has ended, and Kestrel may use the same
    /// context for the next request of the connection.</summary>
    public void Dispose()
    {
        lock (_gate) _isOver = true;
    }

    private void ReturnRoom()
    {
        if (_used > 0) _pipe.Advance(_used);
        _used = 0;
        _room = default;
    }

    private async ValueTask<bool> BlockAsync(ValueTask<FlushResult> flush)
    {
        Interlocked.Exchange(ref _blocked, new BlockedWrite(_socket, time));
        if (Volatile.Read(ref _isUrgent)) _ = AbortIfStillBlockedAsync();
        try
        {
            return IsTaken(await flush);
        }
        finally
        {
            Volatile.Write(ref _blocked, null);
        }
    }

    private bool IsTaken(FlushResult flush)
    {
        Volatile.Write(ref _tookAt, time.GetTimestamp());
        return !flush.IsCompleted;
    }

    private async Task AbortIfStillBlockedAsync()
    {
        var write = Blocked;
        await Task.Delay(Grace, time);
        // For a flush that blocked later, another call of this method waits.
        if (write is not null && Blocked == write) Abort();
    }
}
