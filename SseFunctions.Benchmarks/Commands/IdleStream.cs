using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Load;
using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Watches an open stream without events.</summary>
internal sealed class IdleStream : IAsyncDisposable
{
    private const int OpenedAtOnce = 64;
    private const int StreamsPerAddress = 20_000;

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SseClient _client;
    private readonly bool _hasFirstEvent;
    private readonly TimeSpan? _heartbeat;
    private readonly Task _watch;
    private long _heardAt = Stopwatch.GetTimestamp();

    /// <summary>Starts to watch a stream.</summary>
    /// <param name="client">The stream, whose first comment has been read. It is disposed with this object.</param>
    /// <param name="hasFirstEvent">Whether one event must come immediately.</param>
    /// <param name="heartbeat">The interval at which heartbeats must come; null: none may come.</param>
    private IdleStream(SseClient client, bool hasFirstEvent, TimeSpan? heartbeat)
    {
        _client = client;
        _hasFirstEvent = hasFirstEvent;
        _heartbeat = heartbeat;
        _watch = WatchAsync();
    }

    public int Heartbeats { get; private set; }

    /// <summary>The number of heartbeats that are missing or came more than 1 s late.</summary>
    public int Late { get; private set; }

    /// <summary>Whether the stream ended or sent something unexpected.</summary>
    public bool Failed { get; private set; }

    /// <summary>Opens streams, and starts to watch them.</summary>
    /// <param name="server">The server that answers them.</param>
    /// <param name="path">The path, in which <see cref="LoadTarget.NumberMark"/> stands for the stream's
    /// number.</param>
    /// <param name="count">How many streams to open.</param>
    /// <param name="heartbeat">The interval at which heartbeats must come; null: none may come.</param>
    /// <param name="hasFirstEvent">Whether one event must come immediately.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public static async Task<IdleStream[]> OpenAsync(
        ServerProcess server,
        string path,
        int count,
        TimeSpan? heartbeat,
        bool hasFirstEvent,
        CancellationToken cancellationToken)
    {
        var open = new IdleStream[count];
        var few = new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, count, few, async (index, token) =>
        {
            // Each local address has a limited number of ports, so the streams use several addresses. The first group
            // does not bind: the system then chooses the port at connect, and can use a port again that it still knows
            // from an earlier load to another server.
            var address = index / StreamsPerAddress;
            var source = address == 0 ? null : new IPAddress([127, 0, 0, (byte)(1 + address)]);
            var client = await SseClient.ConnectAsync(server.Address, source, token);
            var number = index.ToString(CultureInfo.InvariantCulture);
            await client.OpenAsync(path.Replace(LoadTarget.NumberMark, number, StringComparison.Ordinal), token);
            open[index] = new IdleStream(client, hasFirstEvent, heartbeat);
        });
        return open;
    }

    /// <summary>Stops watching and closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            Failed = _hasFirstEvent && await _client.ReadBlockAsync(_stop.Token) is null or { Span: [(byte)':', ..] };
            while (!Failed)
            {
                var block = await _client.ReadBlockAsync(_stop.Token);
                Failed = _heartbeat is null || block is not { Span: [(byte)':', ..] };
                if (!Failed) Heartbeats++;
                NoteTime();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            NoteTime();
        }
        catch (Exception exception) when (exception is SocketException or InvalidDataException)
        {
            Failed = true;
        }
    }

    private void NoteTime()
    {
        if (Stopwatch.GetElapsedTime(_heardAt) > _heartbeat + Tolerance) Late++;
        _heardAt = Stopwatch.GetTimestamp();
    }
}
