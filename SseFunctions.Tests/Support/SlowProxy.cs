using System.Net;
using System.Net.Sockets;

namespace SseFunctions.Tests.Support;

/// <summary>A proxy that acts as a slow network: it delays the answers of a server.</summary>
internal sealed class SlowProxy : IAsyncDisposable
{
    private const int PartsPerSecond = 20;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _destination;
    private readonly int _bytesPerSecond;
    private readonly Task _running;

    public SlowProxy(int destination, int bytesPerSecond)
    {
        _destination = destination;
        _bytesPerSecond = bytesPerSecond;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = AcceptAsync();
    }

    public int Port { get; }

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
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _destination, _stop.Token);
                var there = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
                await await Task.WhenAny(there, BackAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // One side has closed its connection.
            }
        }
    }

    private async Task BackAsync(NetworkStream from, NetworkStream to)
    {
        var part = new byte[_bytesPerSecond / PartsPerSecond];
        while (await from.ReadAsync(part, _stop.Token) is > 0 and var count)
        {
            await to.WriteAsync(part.AsMemory(0, count), _stop.Token);
            await Task.Delay(TimeSpan.FromSeconds((double)count / _bytesPerSecond), _stop.Token);
        }
    }
}
