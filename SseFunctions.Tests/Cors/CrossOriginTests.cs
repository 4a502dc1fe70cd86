using System.Net;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Cors;

public sealed class CrossOriginTests
{
    private const string Ours = "https://app.example";

    [Fact]
    public async Task Says_nothing_by_default()
    {
        await using var server = await LocalHostServer.Start(null, "Demo:Delay=0");
        using var answer = await server.Get("/events", ("Origin", Ours));
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Vary"));
    }

    [Theory]
    [InlineData("Cors:AllowedOrigins:0=https://other.example", "Cors:AllowedOrigins:1=https://app.example")]
    [InlineData("Cors:AllowedOrigins=https://other.example, https://app.example")]
    public async Task Allows_the_origins_of_the_list_and_no_other(params string[] settings)
    {
        await using var server = await LocalHostServer.Start(null, [.. settings, "Demo:Delay=0"]);
        using var allowed = await server.Get("/events", ("Origin", Ours));
        Assert.Equal(Ours, allowed.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Origin", allowed.Header("Vary"));
        foreach (var origin in new[] { "https://evil.example", "http://app.example", "https://app.example:8443", "null", "https://app.example.evil.example" })
        {
            using var refused = await server.Get("/events", ("Origin", origin));
            Assert.Null(refused.Header("Access-Control-Allow-Origin"));
            Assert.Equal("Origin", refused.Header("Vary"));
        }
    }

    [Fact]
    public async Task Answers_vary_by_origin_even_without_one_or_a_cache_would_serve_the_wrong_one()
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}", "Demo:Delay=0");
        Assert.Equal("Origin", (await server.Get("/events")).Header("Vary"));
        Assert.Equal("Origin", (await server.Get("/events", ("Last-Event-ID", "10"), ("Origin", Ours))).Header("Vary"));
    }

    [Fact]
    public async Task A_star_allows_every_origin_that_of_a_file_too()
    {
        await using var server = await LocalHostServer.Start(null, "Cors:AllowedOrigins=*", "Demo:Delay=0");
        using var answer = await server.Get("/events", ("Origin", "null"));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Vary"));
    }

    [Fact]
    public async Task Answers_a_preflight()
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}");
        using var answer = await server.Send(HttpMethod.Options, "/events",
            ("Origin", Ours), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "last-event-id"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Ours, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET, HEAD", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("Cache-Control, Last-Event-ID", answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("3600", answer.Header("Access-Control-Max-Age"));
    }

    [Fact]
    public async Task Origins_are_compared_without_regard_to_case_as_schemes_and_hosts_are()
    {
        await using var server = await LocalHostServer.Start(null, "Cors:AllowedOrigins=HTTPS://App.Example", "Demo:Delay=0");
        Assert.Equal(Ours, (await server.Get("/events", ("Origin", Ours))).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_of_a_foreign_origin_allows_nothing()
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}");
        using var answer = await server.Send(HttpMethod.Options, "/events",
            ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
        Assert.Equal("GET, HEAD, OPTIONS", answer.Header("Allow"));
    }

    [Theory]
    [InlineData("app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/path")]
    [InlineData("https://user@app.example")]
    [InlineData("https://*.example")]
    [InlineData("null")]
    public async Task A_setting_that_is_no_origin_is_refused_at_start(string origin)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, $"Cors:AllowedOrigins={origin}"));
        Assert.Contains($"'{origin}'", exception.Message, StringComparison.Ordinal);
    }
}
