using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SseFunctions.Benchmarks.Client;

namespace SseFunctions.Benchmarks.Load;

/// <summary>One subscriber: its connection, the bytes of incomplete events, and the id after which it resumes. Used by
/// one thread at a time.</summary>
internal sealed class Subscriber(int number) : IDisposable
{
    private ChunkDecoder _chunks;
    private bool _isChunked;
    private byte[]? _rest;
    private int _restLength;
    private byte[] _lastId = [];
    private int _lastIdLength;

    /// <summary>The number of the subscriber, from 0.</summary>
    public int Number => number;

    /// <summary>The number of attempts to open a stream.</summary>
    public int Visits { get; private set; }

    /// <summary>The connection; null while there is none.</summary>
    public Socket? Socket { get; private set; }

    /// <summary>Whether the stream is open: the status line and the headers have come.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether a part of the stream's body has come.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The number of times that its connection still has to be broken when an id without data comes.</summary>
    public int EarlyDropsLeft { get; set; }

    /// <summary>Whether the subscriber reads nothing after the stream has opened.</summary>
    public bool IsStalled { get; init; }

    /// <summary>The place in the order of deliveries.</summary>
    public DeliveryOrder.Place Place;

    /// <summary>The last event id: of the last complete event, or the id without data before the first event. Empty if
    /// none has come.</summary>
    public ReadOnlySpan<byte> LastId => _lastId.AsSpan(0, _lastIdLength);

    /// <summary>Connects and sends the request for the stream, which lacks the blank line at its end. Does not
    /// read.</summary>
    public void Open(IPEndPoint server, byte[] request)
    {
        Visits++;
        // Only synchronous calls: after an asynchronous call the runtime would also watch the socket.
        var socket = Connect(server);
        try
        {
            socket.Send(request);
            socket.Send(_lastIdLength == 0
                ? "\r\n"u8
                : Encoding.Latin1.GetBytes($"Last-Event-ID: {Encoding.Latin1.GetString(LastId)}\r\n\r\n"));
            socket.Blocking = false;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        (_chunks, IsOpen, HasBegun) = (default, false, false);
        Socket = socket;
    }

    /// <summary>Breaks the connection (RST), and discards the bytes of an incomplete event.</summary>
    public void Reset()
    {
        Socket?.LingerState = new LingerOption(true, 0);
        Socket?.Dispose();
        Socket = null;
        IsOpen = false;
        Keep([]);
    }

    /// <summary>Receives the bytes that are available, without waiting.</summary>
    /// <param name="buffer">The buffer, which is replaced by a larger one if necessary.</param>
    /// <param name="limitBytes">The maximum number of bytes to receive.</param>
    /// <param name="received">The number of bytes received; 0 if none were available.</param>
    /// <param name="content">The content of the stream that has come and has not been read.</param>
    /// <returns>False if the stream has ended.</returns>
    /// <exception cref="InvalidDataException">The response is not a stream.</exception>
    public bool Receive(ref byte[] buffer, int limitBytes, out int received, out ReadOnlySpan<byte> content)
    {
        received = 0;
        content = default;
        if (Socket is null) return true;
        if (buffer.Length < 2 * _restLength) buffer = new byte[4 * _restLength];
        var free = buffer.AsSpan(_restLength);
        received = Socket.Receive(free[..Math.Min(limitBytes, free.Length)], SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return true;
        if (error != SocketError.Success || received == 0) return false;
        _rest.AsSpan(0, _restLength).CopyTo(buffer);
        var end = _restLength + received;
        var (start, fresh) = (0, _restLength);
        if (!IsOpen)
        {
            start = fresh = ReadHead(buffer.AsSpan(0, end));
            if (!IsOpen)
            {
                Keep(buffer.AsSpan(0, end));
                return true;
            }
        }
        if (_isChunked) end = fresh + _chunks.Decode(buffer.AsSpan(fresh..end));
        content = buffer.AsSpan(start..end);
        HasBegun |= !content.IsEmpty;
        return !_chunks.IsComplete;
    }

    /// <summary>Keeps the bytes of an incomplete event until more bytes come.</summary>
    public void Keep(ReadOnlySpan<byte> rest)
    {
        if (_rest is not null && _rest.Length < rest.Length || rest.IsEmpty)
        {
            if (_rest is not null) ArrayPool<byte>.Shared.Return(_rest);
            _rest = null;
        }
        if (!rest.IsEmpty) rest.CopyTo(_rest ??= ArrayPool<byte>.Shared.Rent(rest.Length));
        _restLength = rest.Length;
    }

    /// <summary>Records the id of a complete event.</summary>
    public void NoteId(ReadOnlySpan<byte> id)
    {
        if (_lastId.Length < id.Length) _lastId = new byte[id.Length];
        id.CopyTo(_lastId);
        _lastIdLength = id.Length;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => Reset();

    // Each local address has a limited number of ports, which other programs use too. So this tries the next address.
    private Socket Connect(IPEndPoint server)
    {
        for (var address = (byte)(1 + (number / LoadLimits.StreamsPerAddress)); ; address++)
        {
            var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (IsStalled) socket.ReceiveBufferSize = LoadLimits.StalledReceiveBytes;
                if (address > 1 && server.Address.Equals(IPAddress.Loopback))
                    socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, address]), 0));
                socket.Connect(server);
                return socket;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable
                && address < LoadLimits.MaxAddress)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private int ReadHead(ReadOnlySpan<byte> received)
    {
        var length = received.IndexOf("\r\n\r\n"u8);
        if (length < 0) return 0;
        var head = Encoding.Latin1.GetString(received[..length]);
        if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            throw new InvalidDataException($"The response is not a stream: {Encoding.Latin1.GetString(received)}");
        _isChunked = head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
        IsOpen = true;
        return length + "\r\n\r\n".Length;
    }
}
