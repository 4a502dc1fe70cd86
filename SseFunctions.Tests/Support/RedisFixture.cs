namespace SseFunctions.Tests.Support;

/// <summary>One Redis for the tests of a class: they use keys of their own.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private RedisServer? _server;

    /// <summary>The server; the test is skipped where there is none.</summary>
    public RedisServer Server
    {
        get
        {
            if (_server is null) Assert.Skip("No redis-server: install it (Debian: apt-get install redis-server), or run ./test.sh.");
            return _server;
        }
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
