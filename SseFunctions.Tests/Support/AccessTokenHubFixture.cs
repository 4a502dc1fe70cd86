namespace SseFunctions.Tests.Support;

/// <summary>One hub that accepts tokens of Mercure 1.0, for the tests of a class: they use topics of their
/// own.</summary>
public sealed class AccessTokenHubFixture : IAsyncLifetime
{
    private LocalHostServer? _server;

    internal LocalHostServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await LocalHostServer.Start(null, AccessTokens.Settings);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
