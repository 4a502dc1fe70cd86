using System.Net;
using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Protocol;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

public sealed class ClientAddressTests
{
    private const string Peer = "203.0.113.9";

    [Theory]
    [InlineData(0, "192.0.2.1", Peer)]
    [InlineData(0, null, Peer)]
    [InlineData(1, null, Peer)]
    [InlineData(1, "192.0.2.1", "192.0.2.1")]
    [InlineData(1, "10.9.9.9, 192.0.2.1", "192.0.2.1")]
    [InlineData(1, "10.9.9.9,192.0.2.1:4711", "192.0.2.1")]
    [InlineData(2, "192.0.2.1, 198.51.100.1", "192.0.2.1")]
    [InlineData(2, "10.9.9.9, 192.0.2.1, 198.51.100.1", "192.0.2.1")]
    // The request did not pass all trusted proxies, so the client may have written the header itself.
    [InlineData(2, "192.0.2.1", Peer)]
    [InlineData(10, "1.1.1.1, 2.2.2.2", Peer)]
    [InlineData(1, "10.9.9.9, unknown", Peer)]
    [InlineData(1, "10.9.9.9, _hidden", Peer)]
    [InlineData(1, "10.9.9.9, ", Peer)]
    [InlineData(1, "10.9.9.9, 192.0.2.256", Peer)]
    [InlineData(1, "10.9.9.9, client.example", Peer)]
    [InlineData(1, "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::")]
    [InlineData(1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData(1, "::ffff:192.0.2.1", "192.0.2.1")]
    public void Is_what_the_trusted_proxies_wrote_or_the_peer(int trustedProxies, string? forwarded, string expected) =>
        Assert.Equal(expected, Of(trustedProxies, forwarded is null ? [] : [forwarded]));

    [Fact]
    public void Several_headers_are_one_list() =>
        Assert.Equal("192.0.2.1", Of(2, "10.9.9.9", "192.0.2.1, 198.51.100.1"));

    [Fact]
    public void A_long_header_does_no_harm() =>
        Assert.Equal(Peer, Of(1, string.Join(',', Enumerable.Repeat("x", 10_000))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Clients_behind_real_proxies_are_told_apart(int proxies)
    {
        await using var server =
            await LocalHostServer.Start(null, "Hub:MaxSubscribersPerClient=1", $"Hub:TrustedProxies={proxies}");
        var chain = new Stack<ForwardingProxy>();
        try
        {
            var next = server.Url;
            for (var count = 0; count < proxies; count++)
            {
                chain.Push(await ForwardingProxy.Start(next));
                next = chain.Peek().Url;
            }
            // Two clients at different addresses send the same forged header.
            using var first = await Subscribe(next, from: "127.0.0.21", says: "10.9.9.1");
            await first.Until(": open");
            using var second = await Subscribe(next, from: "127.0.0.22", says: "10.9.9.1");
            await second.Until(": open");
            // The first client sends another forged header.
            using var same = await Subscribe(next, from: "127.0.0.21", says: "10.9.9.2");
            await same.Until("no room for another subscriber");
        }
        finally
        {
            foreach (var proxy in chain) await proxy.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("11")]
    public async Task A_number_of_proxies_that_cannot_be_is_refused_at_start(string proxies)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, $"Hub:TrustedProxies={proxies}"));
        Assert.Contains(
            $"Hub:TrustedProxies is {proxies}: set it to between 0 and 10",
            exception.Message,
            StringComparison.Ordinal);
    }

    private static Task<RawClient> Subscribe(Uri hub, string from, string says) => RawClient.Get(
        hub, $"X-Forwarded-For: {says}\r\n", target: $"{HubClient.Path}?topic=a", from: IPAddress.Parse(from));

    private static string Of(int trustedProxies, params string[] forwarded)
    {
        var request = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(Peer) } }.Request;
        if (forwarded.Length > 0) request.Headers["X-Forwarded-For"] = forwarded;
        return ClientAddressRequest.Of(request, trustedProxies);
    }
}
