using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>What the Functions host forwards about a client, with the real worker. The host writes these headers
/// itself, and replaces those of the client.</summary>
public sealed class ForwardedHeadersTests
{
    private const string Host = "X-Forwarded-Host: app.example\r\nX-Forwarded-Proto: https\r\n";

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task The_worker_knows_the_client_and_the_host_name_whether_or_not_the_host_reads_the_header(
        string isEnabled)
    {
        await using var host = await FunctionsHost.Start(
            await PublishedApp.Folder(),
            ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", isEnabled),
            ("Hub__Anonymous", "true"),
            ("Hub__Publisher__Key", Jwt.Key),
            ("Hub__TrustedProxies", "1"),
            ("Hub__MaxSubscribersPerClient", "1"));
        using var first = await Subscribe(host, "192.0.2.1");
        await first.Until(": open");
        using var second = await Subscribe(host, "192.0.2.2");
        await second.Until(": open");
        using var same = await Subscribe(host, "192.0.2.1");
        await same.Until("no room for another subscriber");

        // A page of the app's origin publishes with the cookie.
        using var own = await host.Invoke(
            "HubPublish", "POST", HubClient.Path,
            $"{Host}Origin: https://app.example\r\nCookie: mercureAuthorization={HubClient.Everything}\r\n",
            "topic=a&data=b");
        Assert.StartsWith("HTTP/1.1 200", await own.Until("\r\n\r\n"), StringComparison.Ordinal);
    }

    private static Task<RawClient> Subscribe(FunctionsHost host, string client) => host.Invoke(
        "HubSubscribe", "GET", $"{HubClient.Path}?topic=a", $"{Host}X-Forwarded-For: {client}\r\n");
}
