using Microsoft.Extensions.Time.Testing;

namespace SseFunctions.Tests.Support;

/// <summary>One hub that trusts issuers, for the tests of a class. Its clock stands still.</summary>
public sealed class TrustingHub : IAsyncLifetime
{
    public const string Resource = "https://hub.example/.well-known/mercure";
    public const string OtherIssuer = "https://other.example/";
    public const string OtherKey = "the-key-of-the-other-issuer-which-is-another";
    public const string PublisherKey = "the-key-of-publishers-of-0.x-which-is-another";

    private LocalHostServer? _server;

    internal LocalHostServer Server => _server!;

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    internal long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    internal Uri Hub => new(Server.Url, HubClient.Path);

    /// <summary>The challenge of this hub, with these parameters before the address of its metadata.</summary>
    internal string Challenge(string parameters = "")
    {
        var metadata = new Uri(Server.Url, "/.well-known/oauth-protected-resource/.well-known/mercure");
        return $"Bearer {parameters}resource_metadata=\"{metadata}\"";
    }

    public async ValueTask InitializeAsync() => _server = await LocalHostServer.Start(
        Time, [
            .. Jwt.Trusted, $"Hub:Issuers:1:Issuer={OtherIssuer}", $"Hub:Issuers:1:Key={OtherKey}",
            $"Hub:Publisher:Key={PublisherKey}",
            $"Hub:ResourceId={Resource}", "Hub:Anonymous=false", "Streaming:MaxDuration=0",
        ]);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
