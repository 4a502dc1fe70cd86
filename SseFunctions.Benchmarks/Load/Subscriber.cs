using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SseFunctions.Benchmarks.Client;

namespace SseFunctions.Benchmarks.Load;

/// <summary>One subscriber's connection, what of it is read but not complete, and where it is to go on after a break.
/// Used by one thread at a time.</summary>
internal sealed class Subscriber(int number) : IDisposable
{
    private ChunkDecoder _chunks;
    private bool _isChunked;
    private byte[]? _rest;
    private int _restLength;
    private byte[] _lastId = [];
    private int _lastIdLength;

    /// <summary>Which it is, from 0.</summary>
    public int Number => number;

    /// <summary>How many times it has tried to open a stream.</summary>
    public int Visits { get; private set; }

    /// <summary>Its connection; null while there is none.</summary>
    public Socket? Socket { get; private set; }

    /// <summary>Whether the stream is open: status line and headers have come.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether something of the stream's body has come.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>How many times its connection is still to be broken off as soon as it has an id without data.</summary>
    public int EarlyDropsLeft { get; set; }

    /// <summary>Whether it reads nothing once the stream is open.</summary>
    public bool IsStalled { get; init; }

    /// <summary>How far it has come.</summary>
    public DeliveryOrder.Place Place;

    /// <summary>The id of the last event that came completely, or that came without data before the first event; empty
    /// if none has come.</summary>
    public ReadOnlySpan<byte> LastId => _lastId.AsSpan(0, _lastIdLength);

    /// <summary>Connects, and asks for the stream; what comes is left to whoever reads.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="request">The request, up to and without the blank line.</param>
    public void Open(IPEndPoint server, byte[] request)
    {
        Visits++;
        // Everything here is synchronous, or the runtime would watch the socket too.
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

    /// <summary>Breaks the connection off (RST), and forgets what came of an event that is not complete.</summary>
    public void Reset()
    {
        Socket?.LingerState = new LingerOption(true, 0);
        Socket?.Dispose();
        Socket = null;
        IsOpen = false;
        Keep([]);
    }

    /// <summary>Receives what there is.</summary>
    /// <param name="buffer">Where to; it is made larger if it has to be.</param>
    /// <param name="limitBytes">At most how much.</param>
    /// <param name="received">How many bytes came; 0 if there was nothing.</param>
    /// <param name="content">What of the stream has come and is not yet used up.</param>
    /// <returns>False when the stream is over.</returns>
    /// <exception cref="InvalidDataException">It is not a stream.</exception>
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

    /// <summary>Keeps what is not complete until more comes.</summary>
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

    /// <summary>Takes note of the id of an event that is complete.</summary>
    public void NoteId(ReadOnlySpan<byte> id)
    {
        if (_lastId.Length < id.Length) _lastId = new byte[id.Length];
        id.CopyTo(_lastId);
        _lastIdLength = id.Length;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => Reset();

    // Each address of this machine has only so many ports, and others use them too.
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
            throw new InvalidDataException($"No stream: {Encoding.Latin1.GetString(received)}");
        _isChunked = head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
        IsOpen = true;
        return length + "\r\n\r\n".Length;
    }
}
