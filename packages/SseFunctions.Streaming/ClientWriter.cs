using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>The client's side of a stream: writes to the client, and knows which write waits for it. One loop writes;
/// any thread may ask, or abort.</summary>
internal sealed class ClientWriter(HttpContext context, TimeProvider time) : IDisposable
{
    // To ask the pipe for room costs more than to copy a small event: one asking serves several.
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

    /// <summary>How much was written since the last flush, in bytes.</summary>
    public int UnflushedBytes { get; private set; }

    /// <summary>How long ago the last flush was begun, by the machine's own clock: it is about how long the thread was
    /// kept busy in between.</summary>
    public long MillisecondsSinceFlush => Environment.TickCount64 - _flushedAt;

    /// <summary>When the client last took a write, or when the stream opened, as a timestamp of the clock.</summary>
    public long TookAt => Volatile.Read(ref _tookAt);

    /// <summary>The write that waits for the client; null if none waits.</summary>
    public BlockedWrite? Blocked => Volatile.Read(ref _blocked);

    /// <summary>What the kernel knows of the connection; null if that cannot be read. It costs a system call.</summary>
    public TcpState? Connection => _socket is null ? null : TcpState.Read(_socket);

    /// <summary>Whether the connection was broken off from here.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Starts the response. What is written before its headers Kestrel puts into a block of 4 KB, which it
    /// keeps for as long as the response is open.</summary>
    public Task StartAsync() => context.Response.StartAsync();

    /// <summary>Copies the bytes; they leave with the next flush.</summary>
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

    /// <summary>Sends what was written, and waits until the client has taken so much that there is room
    /// again.</summary>
    /// <returns>False if the client is gone.</returns>
    public ValueTask<bool> FlushAsync()
    {
        if (UnflushedBytes == 0) return ValueTask.FromResult(true);
        ReturnRoom();
        UnflushedBytes = 0;
        _flushedAt = Environment.TickCount64;
        // Without a token: an abort completes it anyway, and a registration each time would cost more than the flush.
        var flush = _pipe.FlushAsync();
        return flush.IsCompletedSuccessfully ? ValueTask.FromResult(IsTaken(flush.Result)) : BlockAsync(flush);
    }

    /// <summary>From now on a write that the client does not take within half a second is aborted: the host waits, and
    /// what the client misses it can resume.</summary>
    public void Hurry()
    {
        Interlocked.Exchange(ref _isUrgent, true);
        if (Blocked is not null) _ = AbortIfStillBlockedAsync();
    }

    /// <summary>Breaks the connection off, unless the request is over.</summary>
    public void Abort()
    {
        // Abort queues what it calls, so that nothing else runs under this lock.
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
                // The host ended the request without waiting for us.
            }
        }
    }

    /// <summary>Lets go of the request, which is over: its context may serve the connection's next one.</summary>
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
        // A write that began later has a delay of its own.
        if (write is not null && Blocked == write) Abort();
    }
}
