using System.Net;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

public sealed class HubCorsTests
{
    private const string Ours = "https://app.example";
    private const string Subscriptions = $"{HubClient.Path}/subscriptions";

    [Theory]
    [InlineData(HubClient.Path)]
    [InlineData(Subscriptions)]
    [InlineData(Subscriptions + "/a/b")]
    public async Task A_page_of_an_allowed_origin_may_use_all_of_the_hub_with_cookies_and_tokens(string path)
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}");
        using var answer = await server.Send(
            HttpMethod.Options,
            path,
            ("Origin", Ours),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization, last-event-id"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Ours, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
        Assert.Equal("GET, HEAD, POST, QUERY", answer.Header("Access-Control-Allow-Methods"));
        Assert.StartsWith(
            "Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID, traceparent, tracestate, "
                + "baggage, sentry-trace, ",
            answer.Header("Access-Control-Allow-Headers"),
            StringComparison.Ordinal);
        Assert.NotNull(answer.Header("Access-Control-Max-Age"));
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    [Fact]
    public async Task Every_answer_can_be_read_by_the_page_problems_too()
    {
        await using var server =
            await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}", "Hub:MaxSubscribers=1");
        var origin = ("Origin", Ours);
        using var stream = await server.Get($"{HubClient.Path}?topic=a&lastEventID=earliest", origin);
        foreach (var answer in new[]
        {
            stream,
            await server.Get($"{HubClient.Path}?topic=a", origin),
            await server.Get(HubClient.Path, origin),
            await server.Get($"{HubClient.Path}?topic=a", origin, Bearer("bad")),
            await server.Get(Subscriptions, origin),
            await server.Post("topic=a", origin, Bearer(Everything)),
            await server.Post("topic=a", origin),
            await server.Post("", origin, Bearer(Everything)),
        })
        {
            Assert.Equal(Ours, answer.Header("Access-Control-Allow-Origin"));
            Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
            Assert.Contains("Last-Event-ID", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
            Assert.Contains("Link", answer.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
            Assert.Equal("Origin", answer.Header("Vary"));
            if (answer != stream) answer.Dispose();
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://app.example.evil.example")]
    public async Task A_page_of_another_origin_may_not(string origin)
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}");
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Get })
        {
            using var answer = await server.Send(method, $"{HubClient.Path}?topic=a", ("Origin", origin));
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
            Assert.Equal("Origin", answer.Header("Vary"));
        }
    }

    [Fact]
    public async Task A_star_allows_all_pages_but_no_credentials()
    {
        await using var server = await LocalHostServer.Start(null, "Cors:AllowedOrigins=*");
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Get })
        {
            using var answer = await server.Send(method, $"{HubClient.Path}?topic=a", ("Origin", Ours));
            Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        }
    }
}
