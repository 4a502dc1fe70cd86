using SseFunctions.Benchmarks.Server;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Instances of the hub. An instance that is killed and started again keeps its address.</summary>
internal sealed class InstanceGroup : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private readonly List<ServerProcess> _servers = [];

    private InstanceGroup(Dictionary<string, string> settings) => _settings = settings;

    public IReadOnlyList<ServerProcess> Servers => _servers;

    /// <summary>Starts instances and waits until all listen.</summary>
    public static async Task<InstanceGroup> StartAsync(
        int count, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var group = new InstanceGroup(settings);
        try
        {
            while (group._servers.Count < count)
                group._servers.Add(await group.StartAsync(Ports.Free(), cancellationToken));
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills an instance, starts it again, and waits until it listens.</summary>
    public async Task KillAndStartAsync(int index, CancellationToken cancellationToken)
    {
        var port = _servers[index].Address.Port;
        await _servers[index].KillAsync(cancellationToken);
        _servers[index] = await StartAsync(port, cancellationToken);
    }

    /// <summary>Ends all instances.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    private Task<ServerProcess> StartAsync(int port, CancellationToken cancellationToken) =>
        ServerProcess.StartAsync(ServerVariant.LocalHost, _settings, cancellationToken, port);
}
