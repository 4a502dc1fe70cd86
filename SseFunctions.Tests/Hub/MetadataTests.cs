using System.Net;
using Microsoft.AspNetCore.Http;
using SseFunctions.Hub;
using SseFunctions.Hub.Protocol;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>The hub's metadata as a protected resource (RFC 9728).</summary>
public sealed class MetadataTests
{
    private const string Path = "/.well-known/oauth-protected-resource/.well-known/mercure";

    [Fact]
    public async Task Says_how_to_get_a_token()
    {
        await using var server = await LocalHostServer.Start(
            null, [.. Jwt.Trusted, "Hub:Issuers:1:Issuer=not-a-server", "Hub:Issuers:1:Key=k"]);
        using var client = await RawClient.Get(new Uri(server.Url, Path));
        var body = $$"""{"resource":"{{new Uri(server.Url, HubClient.Path)}}",""" + """
            "authorization_servers":["https://development-issuer.localhost"],
            "bearer_methods_supported":["header"],
            "authorization_details_types_supported":["https://mercure.rocks/authorization-detail"],
            "mercure_cookie":"__Secure-mercure_access_token"}
            """.ReplaceLineEndings("");
        var lines = (await client.Until(body)).Split("\r\n");
        Assert.Equal(
            [
                "",
                "Cache-Control: no-cache",
                $"Content-Length: {body.Length}",
                "Content-Type: application/json",
                "HTTP/1.1 200 OK",
                body,
            ],
            lines.Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_what_the_settings_say()
    {
        await using var server = await LocalHostServer.Start(
            null, "Hub:Issuers:0:Issuer=api://not-a-server", "Hub:Issuers:0:Key=k",
            "Hub:ResourceId=https://hub.example/", "Hub:AccessTokenCookie=mine",
            "Hub:Subscriptions=true");
        using var answer = await server.Get(Path);
        Assert.Equal(
            """
            {"resource":"https://hub.example/",
            "bearer_methods_supported":["header"],
            "authorization_details_types_supported":["https://mercure.rocks/authorization-detail"],
            "mercure_cookie":"mine",
            "mercure_subscriptions":true}
            """.ReplaceLineEndings(""),
            await answer.Text());
    }

    [Fact]
    public async Task HEAD_and_OPTIONS_are_answered_and_other_pages_may_read_it()
    {
        await using var server =
            await LocalHostServer.Start(null, [.. Jwt.Trusted, "Cors:AllowedOrigins=https://app.example"]);
        using var head = await server.Send(HttpMethod.Head, Path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.NotEqual("0", head.Header("Content-Length"));
        Assert.Equal("", await head.Text());
        using var options = await server.Send(
            HttpMethod.Options, Path, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET"));
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Equal("https://app.example", options.Header("Access-Control-Allow-Origin"));
        using var get = await server.Get(Path, ("Origin", "https://app.example"));
        Assert.Equal("https://app.example", get.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData]
    [InlineData("Hub:Dialects=0.x", "Hub:Issuers:0:Issuer=i", "Hub:Issuers:0:Key=k")]
    [InlineData("Hub:Dialects=1.0")]
    public async Task Without_an_issuer_of_1_0_there_is_none(params string[] settings)
    {
        await using var server = await LocalHostServer.Start(null, settings);
        using var answer = await server.Get(Path);
        Assert.Equal(
            "This hub has no metadata, because it accepts no tokens of Mercure 1.0.",
            await answer.Problem(HttpStatusCode.NotFound));
    }

    [Theory]
    [InlineData("hub.example", "/.well-known/mercure", "https://hub.example")]
    [InlineData("Hub.Example:8443", "/api/v1/.well-known/mercure", "https://Hub.Example:8443/api/v1")]
    [InlineData(
        "[::1]:7071", "/api/.well-known/oauth-protected-resource/.well-known/mercure", "https://[::1]:7071/api")]
    [InlineData(
        "a",
        "/.well-known/mercure/subscriptions/.well-known/oauth-protected-resource/.well-known/mercure",
        "https://a")]
    [InlineData("a", "/API/.Well-Known/Mercure", "https://a/API")]
    [InlineData("a", "/é/.well-known/mercure", "https://a/%C3%A9")]
    [InlineData("a", "/elsewhere", "https://a")]
    public void Addresses_are_those_that_the_client_used(string host, string path, string root)
    {
        var request = Request(host, path);
        Assert.Equal($"{root}/.well-known/mercure", HubAddressRequest.ResourceId(request, new HubOptions()));
        Assert.Equal($"{root}{Path}", HubAddressRequest.Metadata(request));
        Assert.Equal("set", HubAddressRequest.ResourceId(request, new HubOptions { ResourceId = "set" }));
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\r\nX: y")]
    public void A_host_that_no_address_has_is_not_put_into_a_header(string host) =>
        Assert.Null(HubAddressRequest.Metadata(Request(host, HubClient.Path)));

    private static HttpRequest Request(string host, string path)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "https";
        request.Headers.Host = host;
        request.Path = path;
        return request;
    }
}
