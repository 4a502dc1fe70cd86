using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SseFunctions.Benchmarks.Client;

namespace SseFunctions.Benchmarks.Load;

/// <summary>Publishes over one keep-alive connection, one update after the other: as fast as answers come, or at a
/// fixed pace. An update that is sent late, because an answer was late, is measured from its due time.</summary>
internal sealed class Publisher : IDisposable
{
    private const int AnswerBytes = 8 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly LoadTarget _target;
    private readonly int _number;
    private readonly ConcurrentDictionary<long, ulong> _answered;
    private readonly byte[] _request;
    private readonly int _idAt;
    private readonly int _dataBytes;
    private readonly SemaphoreSlim? _inFlight;
    private readonly byte[] _answer = new byte[AnswerBytes];
    private Socket? _socket;
    private int _accepted;

    /// <summary>Prepares the request, of which each update changes only the data and the id.</summary>
    /// <param name="target">The server and the topic of the updates.</param>
    /// <param name="number">The number of the publisher, from 0.</param>
    /// <param name="dataBytes">The size of an update's data, in bytes.</param>
    /// <param name="answered">Receives the hash of the id that the server answers for each update, if it answers
    /// ids.</param>
    /// <param name="inFlight">The semaphore to wait for before each update; null: none.</param>
    public Publisher(
        LoadTarget target,
        int number,
        int dataBytes,
        ConcurrentDictionary<long, ulong> answered,
        SemaphoreSlim? inFlight)
    {
        (_target, _number, _dataBytes, _answered) = (target, number, dataBytes, answered);
        _inFlight = inFlight;
        var id = target.IsRetried ? $"id={new string('0', Stamp.KeyBytes)}&" : "";
        var form = target.Topic is null ? "" : $"{id}topic={Uri.EscapeDataString(target.Topic)}&data=";
        var length = form.Length + dataBytes;
        var head = target.PublishHead(length);
        _idAt = head.Length + "id=".Length;
        _request = [.. head, .. Encoding.ASCII.GetBytes(form), .. new byte[dataBytes]];
    }

    /// <summary>The number of updates that the server has accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>The number of retries, at the same or another instance.</summary>
    public int Retries { get; private set; }

    /// <summary>Publishes until <paramref name="stop"/> or the limit, and waits for the last answer.</summary>
    /// <param name="pace">The time from one update to the next; null: as fast as answers come.</param>
    /// <param name="limit">The maximum number of updates.</param>
    /// <param name="stop">Ends publishing after the current update.</param>
    /// <param name="cancellationToken">Cancels the current update too.</param>
    /// <exception cref="IOException">The server did not accept an update.</exception>
    public async Task RunAsync(TimeSpan? pace, int limit, CancellationToken stop, CancellationToken cancellationToken)
    {
        // Paced publishers start at different times.
        var due = Stopwatch.GetTimestamp() + TicksOf(pace * Random.Shared.NextDouble());
        for (var count = 0; count < limit && !stop.IsCancellationRequested; count++)
        {
            var now = Stopwatch.GetTimestamp();
            if (pace is not null && due > now)
            {
                await Task.Delay(Stopwatch.GetElapsedTime(now, due), stop).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
                if (stop.IsCancellationRequested) return;
                now = Stopwatch.GetTimestamp();
            }
            else if (pace is not null)
            {
                // The answer before was late. The latency counts from the time at which this update was due.
                now = due;
            }
            due += TicksOf(pace);
            if (_inFlight is not null && !await HasRoomAsync(_inFlight, stop)) return;
            if (pace is null) now = Stopwatch.GetTimestamp();
            await PublishAsync(new Stamp(_number, _accepted + 1, now), cancellationToken);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _socket?.Dispose();

    private static long TicksOf(TimeSpan? duration) =>
        (long)((duration ?? TimeSpan.Zero).TotalSeconds * Stopwatch.Frequency);

    private static async Task<bool> HasRoomAsync(SemaphoreSlim inFlight, CancellationToken stop)
    {
        var room = inFlight.WaitAsync(stop);
        await room.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return room.IsCompletedSuccessfully;
    }

    private async Task PublishAsync(Stamp stamp, CancellationToken cancellationToken)
    {
        stamp.Write(_request.AsSpan(^_dataBytes));
        if (_target.IsRetried) _request.AsSpan(^_dataBytes)[..Stamp.KeyBytes].CopyTo(_request.AsSpan(_idAt));
        while (true)
        {
            try
            {
                await SendAsync(stamp, cancellationToken);
                return;
            }
            catch (Exception exception) when (_target.IsRetried && exception is (IOException or SocketException))
            {
                // Sends the same bytes to the next instance. The id is the same, so the hub ignores the repetition if
                // it has already accepted the update.
                _socket?.Dispose();
                _socket = null;
                Retries++;
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    private async Task SendAsync(Stamp stamp, CancellationToken cancellationToken)
    {
        _socket ??= await ConnectAsync(cancellationToken);
        for (var left = _request.AsMemory(); !left.IsEmpty;)
            left = left[await _socket.SendAsync(left, cancellationToken)..];
        var filled = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(_answer.AsMemory(filled), cancellationToken);
            if (count == 0) throw new IOException("The server closed a publisher's connection.");
            filled += count;
            if (Read(_answer.AsSpan(0, filled), stamp)) return;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var server = _target.AddressAt(_number + Retries);
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Read(ReadOnlySpan<byte> answer, Stamp stamp)
    {
        var length = answer.IndexOf("\r\n\r\n"u8);
        if (length < 0) return false;
        var body = answer[(length + "\r\n\r\n".Length)..];
        if (!TryReadBody(answer[..length], ref body)) return false;
        if (!answer.StartsWith("HTTP/1.1 2"u8))
            throw new IOException($"An update was not accepted: {Encoding.Latin1.GetString(answer)}");
        if (_target.AnswersId) _answered[stamp.Key] = EventId.HashOf(body);
        Volatile.Write(ref _accepted, _accepted + 1);
        return true;
    }

    private static bool TryReadBody(ReadOnlySpan<byte> head, ref ReadOnlySpan<byte> body)
    {
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            var value = line[(colon + 1)..].Trim((byte)' ');
            if (Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8))
            {
                return Utf8Parser.TryParse(value, out int length, out _) && body.Length >= length;
            }
            if (!Ascii.EqualsIgnoreCase(line[..colon], "transfer-encoding"u8)) continue;
            var content = body.ToArray();
            var chunks = default(ChunkDecoder);
            body = content.AsSpan(0, chunks.Decode(content));
            return chunks.IsComplete;
        }
        return true;
    }
}
