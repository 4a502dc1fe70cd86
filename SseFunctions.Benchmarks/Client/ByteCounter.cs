using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Keep-alive connections that only send a request, count the bytes of the response and repeat. They do so
/// little that the server is the bottleneck.</summary>
internal sealed class ByteCounter : IAsyncDisposable
{
    private const int ReceiveBytes = 64 * 1024;
    private const int LastChunkBytes = 5;

    // After the headers, only the last chunk is followed by two line ends, so these bytes mark the end of a response.
    private static ReadOnlySpan<byte> LastChunk => "0\r\n\r\n"u8;

    private readonly CancellationTokenSource _stop;
    private readonly Connection[] _connections;
    private readonly Task[] _loops;

    /// <summary>Opens the connections and starts to send requests. A cancellation stops the requests, as disposal
    /// does.</summary>
    public ByteCounter(IPEndPoint server, string path, int connections, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection())];
        var request = SseClient.Request(path);
        _loops = [.. _connections.Select(connection => connection.RunAsync(server, request, _stop.Token))];
    }

    /// <summary>The number of bytes received so far on all connections.</summary>
    /// <exception cref="IOException">A connection ended.</exception>
    public long Bytes => Array.Find(_loops, loop => loop.IsCompleted) is { } ended
        ? throw new IOException("A connection ended in the middle of the measurement.", ended.Exception)
        : _connections.Sum(connection => connection.Bytes);

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private sealed class Connection
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public async Task RunAsync(IPEndPoint server, byte[] request, CancellationToken cancellationToken)
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, cancellationToken);
            var buffer = new byte[LastChunkBytes + ReceiveBytes];
            while (true)
            {
                await socket.SendAsync(request, cancellationToken);
                do
                {
                    // The length does not tell where a response ends: its chunks differ from response to response.
                    var count = await socket.ReceiveAsync(buffer.AsMemory(LastChunkBytes), cancellationToken);
                    if (count == 0) return;
                    buffer.AsSpan(count, LastChunkBytes).CopyTo(buffer);
                    Volatile.Write(ref _bytes, _bytes + count);
                }
                while (!buffer.AsSpan(0, LastChunkBytes).SequenceEqual(LastChunk));
            }
        }
    }
}
