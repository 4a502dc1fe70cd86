using System.Diagnostics;
using System.Net.Sockets;
using SseFunctions.Benchmarks.Client;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Watches an open stream without events.</summary>
internal sealed class IdleStream : IAsyncDisposable
{
    /// <summary>The heartbeat interval that is set for the server.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SseClient _client;
    private readonly bool _hasFirstEvent;
    private readonly bool _hasHeartbeats;
    private readonly Task _watch;
    private long _heardAt = Stopwatch.GetTimestamp();

    /// <summary>Starts to watch a stream.</summary>
    /// <param name="client">The stream, whose first comment has been read. It is disposed with this object.</param>
    /// <param name="hasFirstEvent">Whether one event must come immediately.</param>
    /// <param name="hasHeartbeats">Whether heartbeats must come.</param>
    public IdleStream(SseClient client, bool hasFirstEvent, bool hasHeartbeats)
    {
        _client = client;
        _hasFirstEvent = hasFirstEvent;
        _hasHeartbeats = hasHeartbeats;
        _watch = WatchAsync();
    }

    public int Heartbeats { get; private set; }

    /// <summary>The number of heartbeats that are missing or came more than 1 s late.</summary>
    public int Late { get; private set; }

    /// <summary>Whether the stream ended or sent something unexpected.</summary>
    public bool Failed { get; private set; }

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
                Failed = !_hasHeartbeats || block is not { Span: [(byte)':', ..] };
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
        if (_hasHeartbeats && Stopwatch.GetElapsedTime(_heardAt) > Heartbeat + Tolerance) Late++;
        _heardAt = Stopwatch.GetTimestamp();
    }
}
