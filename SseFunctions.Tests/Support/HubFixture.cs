namespace SseFunctions.Tests.Support;

/// <summary>One hub for all tests of a class. Each test uses its own topics.</summary>
public sealed class HubFixture : IAsyncLifetime
{
    private LocalHostServer? _server;

    internal LocalHostServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await LocalHostServer.Start();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
