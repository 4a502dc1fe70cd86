using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Reads one stream block by block over its own socket, with little overhead. Not thread-safe.</summary>
internal sealed class SseClient : IDisposable
{
    private const int ReceiveBytes = 1024;

    private readonly Socket _socket;
    private readonly ChunkedBody _body = new();
    private readonly byte[] _received = new byte[ReceiveBytes];

    private SseClient(Socket socket) => _socket = socket;

    /// <summary>The number of bytes received over the wire.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Connects to a server, without sending anything. <paramref name="source"/> is the local address, of
    /// which each has about 28,000 ports. Null: the system chooses.</summary>
    public static async Task<SseClient> ConnectAsync(
        IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null) socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(server, cancellationToken);
            return new SseClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a GET request for a path.</summary>
    public static byte[] Request(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");

    /// <summary>Sends a request, without waiting for the response.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        while (!request.IsEmpty) request = request[await _socket.SendAsync(request, cancellationToken)..];
    }

    /// <summary>Requests a stream and reads its headers and its first comment.</summary>
    public async Task OpenAsync(string path, CancellationToken cancellationToken)
    {
        await SendAsync(Request(path), cancellationToken);
        await ReadHeadAsync(cancellationToken);
        if (await ReadBlockAsync(cancellationToken) is not { Span: [(byte)':', ..] })
            throw new InvalidDataException("The stream does not start with a comment.");
    }

    /// <summary>Reads the status line and the headers.</summary>
    /// <exception cref="InvalidDataException">The response is not a stream.</exception>
    public async Task<string> ReadHeadAsync(CancellationToken cancellationToken)
    {
        for (var filled = 0; ;)
        {
            var count = await _socket.ReceiveAsync(_received.AsMemory(filled), cancellationToken);
            filled += count;
            ReceivedBytes += count;
            var length = _received.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (length < 0 && count > 0) continue;
            if (length < 0 || !_received.AsSpan().StartsWith("HTTP/1.1 200 "u8))
                throw new InvalidDataException(
                    $"The response is not a stream: {Encoding.ASCII.GetString(_received, 0, filled)}");
            _body.Add(_received.AsSpan((length + "\r\n\r\n".Length)..filled));
            return Encoding.ASCII.GetString(_received, 0, length);
        }
    }

    /// <summary>Reads the next comment or event, without its blank line. The bytes are valid until the next call. Null
    /// at the end of the stream.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_body.TryTakeBlock(out var block)) return block;
            if (_body.IsComplete) return null;
            var count = await _socket.ReceiveAsync(_received, cancellationToken);
            if (count == 0) return null;
            ReceivedBytes += count;
            _body.Add(_received.AsSpan(0, count));
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    /// <returns>True if the terminating chunk came and then the server closed the connection; false if the connection
    /// broke.</returns>
    public async Task<bool> ReadToCleanEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ReadBlockAsync(cancellationToken) is not null) { }
            return _body.IsComplete && await _socket.ReceiveAsync(_received, cancellationToken) == 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Resets the connection. After a normal close each of tens of thousands of connections would keep its
    /// port for a minute, and the search for free ports would slow down the next measurement.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }
}
