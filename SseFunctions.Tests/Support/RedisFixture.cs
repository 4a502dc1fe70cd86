namespace SseFunctions.Tests.Support;

/// <summary>One Redis for all tests of a class. Each test uses its own keys.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private RedisServer? _server;

    /// <summary>The server. Skips the test if redis-server is not installed.</summary>
    public RedisServer Server
    {
        get
        {
            if (_server is null)
            {
                Assert.Skip(
                    "No redis-server: install it (Debian: apt-get install redis-server), or run ./test.sh.");
            }
            return _server;
        }
    }

    /// <summary>Starts a host with keys of its own, and waits until it has read the log.</summary>
    internal async Task<LocalHostServer> StartHost(params string[] settings)
    {
        var server = await LocalHostServer.Start(
            null,
            [
                $"Redis:ConnectionString={Server.ConnectionString}",
                $"Redis:KeyPrefix={Guid.NewGuid():N}",
                .. settings,
            ]);
        await server.KnowsLog();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.Executable is not null) _server = await RedisServer.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
