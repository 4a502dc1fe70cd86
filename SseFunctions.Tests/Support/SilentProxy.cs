using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Tests.Support;

/// <summary>A proxy that acts as a network which can break, or die silently: then connections stay open, but no bytes
/// pass any more.</summary>
internal sealed class SilentProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Path> _paths = [];
    private readonly int _destination;
    private readonly Task _running;
    private volatile bool _isDead;
    private volatile bool _isDown;

    public SilentProxy(Uri destination)
    {
        _destination = destination.Port;
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _running = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Stops forwarding on open connections. New connections work.</summary>
    public void Silence()
    {
        foreach (var path in _paths) path.IsSilent = true;
    }

    /// <summary>Stops forwarding on all connections. New connections are accepted.</summary>
    public void SilenceAll()
    {
        _isDead = true;
        Silence();
    }

    /// <summary>Closes all open connections. New connections work.</summary>
    public void Cut()
    {
        foreach (var path in _paths) path.Close();
    }

    /// <summary>Closes all open connections, and new ones at once, until <see cref="Restore"/>.</summary>
    public void TakeDown()
    {
        _isDown = true;
        Cut();
    }

    /// <summary>New connections work again.</summary>
    public void Restore() => _isDown = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        var path = new Path();
        _paths.Add(path);
        // After the addition, so that either this or SilenceAll() silences the path.
        if (_isDead) path.IsSilent = true;
        using var server = new TcpClient();
        using (client)
        {
            if (_isDown) return;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _destination, _stop.Token);
                var there = PassAsync(client.GetStream(), server.GetStream(), path);
                var back = PassAsync(server.GetStream(), client.GetStream(), path);
                await await Task.WhenAny(there, back, path.Closed);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // One side has closed its connection.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, Path path)
    {
        var part = new byte[16 * 1024];
        while (await from.ReadAsync(part, _stop.Token) is > 0 and var count)
        {
            if (!path.IsSilent) await to.WriteAsync(part.AsMemory(0, count), _stop.Token);
        }
        // A dead network does not forward the end of a connection either.
        if (path.IsSilent) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
    }

    private sealed class Path
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsSilent;

        public Task Closed => _closed.Task;

        public void Close() => _closed.TrySetResult();
    }
}
