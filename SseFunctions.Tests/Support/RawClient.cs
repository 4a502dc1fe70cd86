using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Tests.Support;

/// <summary>An HTTP client that shows the received bytes, their timing, and how the connection ended.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly StringBuilder _received = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawClient()
    {
    }

    /// <summary>All bytes received so far, as Latin-1: one character per byte.</summary>
    public string Received => _received.ToString();

    /// <summary>The number of bytes received so far.</summary>
    public int Count => _received.Length;

    /// <summary>Sends a request. The response is read only when a test asks for it; until then the kernel buffers it,
    /// up to <paramref name="receiveBufferBytes"/> if that is set. The connection comes from <paramref name="from"/>,
    /// or from any address of the machine.</summary>
    public static async Task<RawClient> Get(
        Uri url,
        string headers = "",
        string method = "GET",
        string? target = null,
        int receiveBufferBytes = 0,
        IPAddress? from = null,
        string body = "")
    {
        var client = new RawClient();
        if (from is not null) client._tcp.Client.Bind(new IPEndPoint(from.MapToIPv6(), 0));
        // Set before connecting: a receive window that was offered to the server cannot be taken back.
        if (receiveBufferBytes > 0) client._tcp.ReceiveBufferSize = receiveBufferBytes;
        await client._tcp.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        var request = $"{method} {target ?? url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n{headers}\r\n{body}";
        await client._tcp.GetStream()
            .WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Reads on until this text has come.</summary>
    public async Task<string> Until(string text)
    {
        for (var searched = 0; !Contains(text, searched);)
        {
            // The text may begin in the part that has already been searched.
            searched = Math.Max(0, Count - text.Length + 1);
            if (!await ReadMore($"'{text}' after '{Tail}'"))
                throw new EndOfStreamException($"The connection ended without '{text}', after '{Tail}'.");
        }
        return Received;
    }

    /// <summary>Reads on until more than this many bytes have come.</summary>
    public async Task MoreThan(int bytes)
    {
        while (_received.Length <= bytes)
        {
            if (!await ReadMore($"byte after {Count}")) throw new EndOfStreamException("The connection ended.");
        }
    }

    /// <summary>Reads once, at most this many bytes.</summary>
    public async Task AtMost(int bytes)
    {
        if (!await ReadMore($"byte after {Count}", bytes)) throw new EndOfStreamException("The connection ended.");
    }

    /// <summary>Reads on to the end. True if the response is complete; false if the connection breaks before.</summary>
    public async Task<bool> UntilEnd()
    {
        try
        {
            while (!EndsWith("\r\n0\r\n\r\n"))
            {
                if (!await ReadMore($"end of the response after '{Tail}'")) return false;
            }
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Breaks the connection, like a client that is gone.</summary>
    public void Break()
    {
        _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose() => _tcp.Dispose();

    private string Tail => Last(200);

    // Copies only the searched part, because a response can have tens of megabytes.
    private string Last(int count) => _received.ToString(Math.Max(0, Count - count), Math.Min(Count, count));

    private bool Contains(string text, int from) =>
        _received.ToString(from, Count - from).Contains(text, StringComparison.Ordinal);

    private bool EndsWith(string text) => Last(text.Length) == text;

    private async Task<bool> ReadMore(string what, int bytes = int.MaxValue)
    {
        var room = _buffer.AsMemory(0, Math.Min(bytes, _buffer.Length));
        var count = await _tcp.GetStream().ReadAsync(room, TestContext.Current.CancellationToken).AsTask().Within(what);
        _received.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        return count > 0;
    }
}
