using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Benchmarks.Client;

/// <summary>One stream over a socket of its own, read block by block, with as little as possible between the socket and
/// the caller. Not thread-safe: one reads, and only that one.</summary>
internal sealed class SseClient : IDisposable
{
    private const int ReceiveBytes = 1024;

    private readonly Socket _socket;
    private readonly ChunkedBody _body = new();
    private readonly byte[] _received = new byte[ReceiveBytes];

    private SseClient(Socket socket) => _socket = socket;

    /// <summary>How many bytes have come over the wire.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="server">To whom.</param>
    /// <param name="source">From which address of this machine: each has some 28,000 ports. Null: the system's choice.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
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

    /// <summary>Sends a request.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        while (!request.IsEmpty) request = request[await _socket.SendAsync(request, cancellationToken)..];
    }

    /// <summary>Asks for a stream and reads up to its first comment, which is all there is before the first event.
    /// </summary>
    public async Task OpenAsync(string path, CancellationToken cancellationToken)
    {
        await SendAsync(Request(path), cancellationToken);
        await ReadHeadAsync(cancellationToken);
        if (await ReadBlockAsync(cancellationToken) is not { Span: [(byte)':', ..] })
            throw new InvalidDataException("The stream does not start with a comment.");
    }

    /// <summary>Reads the status line and the headers.</summary>
    /// <returns>They, as they came.</returns>
    /// <exception cref="InvalidDataException">The answer is not a stream.</exception>
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
                throw new InvalidDataException($"No stream: {Encoding.ASCII.GetString(_received, 0, filled)}");
            _body.Add(_received.AsSpan((length + "\r\n\r\n".Length)..filled));
            return Encoding.ASCII.GetString(_received, 0, length);
        }
    }

    /// <summary>The next comment or event, without its blank line, valid until the next call; null once there is no
    /// more.</summary>
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

    /// <summary>Reads what is left.</summary>
    /// <returns>True if the terminating chunk came and then the server closed the connection; false if it broke off.
    /// </returns>
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

    /// <summary>Breaks the connection off. Closed politely, tens of thousands would each keep their port for a minute,
    /// and the search for free ones would slow down whatever is measured next.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }
}
