using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseFunctions.Tests.Support;

/// <summary>An HTTP client that shows the bytes: what came, when, and how the connection ended.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly StringBuilder _received = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawClient()
    {
    }

    /// <summary>Everything received so far, as Latin-1: a character a byte.</summary>
    public string Received => _received.ToString();

    /// <summary>How many bytes were received so far.</summary>
    public int Count => _received.Length;

    /// <summary>Sends a request; what comes is read when it is asked for. Until then the kernel holds as much as it likes,
    /// or as many bytes as are said. It comes from this address of the machine, or from any.</summary>
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
        // Before it connects: what is offered to the server then is not taken back.
        if (receiveBufferBytes > 0) client._tcp.ReceiveBufferSize = receiveBufferBytes;
        await client._tcp.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        var request = $"{method} {target ?? url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\n{headers}\r\n{body}";
        await client._tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Reads on until this text has come.</summary>
    public async Task<string> Until(string text)
    {
        for (var searched = 0; !Contains(text, searched);)
        {
            // The text may begin in what has been searched.
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

    /// <summary>Reads once, and no more than this many bytes.</summary>
    public async Task AtMost(int bytes)
    {
        if (!await ReadMore($"byte after {Count}", bytes)) throw new EndOfStreamException("The connection ended.");
    }

    /// <summary>Reads on until the response is complete: true; or until the connection breaks before that: false.
    /// </summary>
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

    /// <summary>Breaks the connection, as a client does that is gone.</summary>
    public void Break()
    {
        _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose() => _tcp.Dispose();

    private string Tail => Last(200);

    // Of tens of megabytes, only what is looked at is copied.
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
