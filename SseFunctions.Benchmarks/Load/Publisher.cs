using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SseFunctions.Benchmarks.Client;

namespace SseFunctions.Benchmarks.Load;

/// <summary>Publishes over one connection that is kept open, an update after the other: as fast as answers come, or at
/// a pace that does not wait for them.</summary>
internal sealed class Publisher : IDisposable
{
    private const int AnswerBytes = 8 * 1024;

    private readonly LoadTarget _target;
    private readonly int _number;
    private readonly ConcurrentDictionary<long, ulong> _answered;
    private readonly Socket _socket;
    private readonly byte[] _request;
    private readonly int _dataBytes;
    private readonly byte[] _answer = new byte[AnswerBytes];
    private int _accepted;

    /// <param name="target">The server.</param>
    /// <param name="number">Which publisher it is, from 0.</param>
    /// <param name="dataBytes">How much data an update has.</param>
    /// <param name="answered">Gets the hash of the id that the server gave to each update, if it does.</param>
    public Publisher(LoadTarget target, int number, int dataBytes, ConcurrentDictionary<long, ulong> answered)
    {
        (_target, _number, _dataBytes, _answered) = (target, number, dataBytes, answered);
        var form = target.Topic is null ? "" : $"topic={Uri.EscapeDataString(target.Topic)}&data=";
        var length = form.Length + dataBytes;
        _request = [.. target.PublishHead(length), .. Encoding.ASCII.GetBytes(form), .. new byte[dataBytes]];
        _socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }

    /// <summary>How many updates the server has accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Publishes until told to stop, or until there have been enough; the last answer is waited for.</summary>
    /// <param name="pace">The time from one update to the next; null: as fast as answers come.</param>
    /// <param name="limit">At most how many.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The server did not accept one.</exception>
    public async Task RunAsync(TimeSpan? pace, int limit, CancellationToken stop, CancellationToken cancellationToken)
    {
        if (!_socket.Connected) await _socket.ConnectAsync(_target.Address, cancellationToken);
        // Paced publishers do not all start at once.
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
                // The answer before was late: what would have been sent by then has been waiting since.
                now = due;
            }
            due += TicksOf(pace);
            await PublishAsync(new Stamp(_number, _accepted + 1, now), cancellationToken);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _socket.Dispose();

    private static long TicksOf(TimeSpan? duration) =>
        (long)((duration ?? TimeSpan.Zero).TotalSeconds * Stopwatch.Frequency);

    private async Task PublishAsync(Stamp stamp, CancellationToken cancellationToken)
    {
        stamp.Write(_request.AsSpan(^_dataBytes));
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
