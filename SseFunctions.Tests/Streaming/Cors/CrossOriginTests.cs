using System.Net;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming.Cors;

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
        string[] others =
        [
            "https://evil.example", "http://app.example", "https://app.example:8443", "null",
            "https://app.example.evil.example",
        ];
        foreach (var origin in others)
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
        using var answer = await server.Send(
            HttpMethod.Options,
            "/events",
            ("Origin", Ours),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "last-event-id"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Ours, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET, HEAD", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal(
            "Cache-Control, Last-Event-ID, traceparent, tracestate, baggage, sentry-trace, Request-Id, "
                + "Request-Context, X-Requested-With, X-CSRF-Token",
            answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("3600", answer.Header("Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/.well-known/mercure")]
    public async Task Headers_of_the_setting_are_allowed_at_every_route(string route)
    {
        await using var server = await LocalHostServer.Start(
            null, $"Cors:AllowedOrigins={Ours}", "Cors:AllowedHeaders:0=X-Correlation-ID",
            "Cors:AllowedHeaders:1=x-datadog-trace-id");
        using var answer =
            await server.Send(HttpMethod.Options, route, ("Origin", Ours), ("Access-Control-Request-Method", "GET"));
        var allowed = answer.Header("Access-Control-Allow-Headers")!.Split(", ");
        Assert.Equal(["X-Correlation-ID", "x-datadog-trace-id"], allowed[^2..]);
        Assert.Equal(allowed.Distinct(StringComparer.OrdinalIgnoreCase), allowed);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("X Header")]
    [InlineData("X-Header:")]
    [InlineData("Überschrift")]
    public async Task A_setting_that_is_no_header_is_refused_at_start(string header)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, $"Cors:AllowedHeaders={header}"));
        Assert.Contains($"Cors:AllowedHeaders has '{header}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.app.example", true)]
    [InlineData("https://a.b.app.example:443", true)]
    [InlineData("https://app.example", false)]
    [InlineData("https://evilapp.example", false)]
    [InlineData("http://a.app.example", false)]
    [InlineData("https://a.app.example:8443", false)]
    [InlineData("https://a.app.example.evil.example", false)]
    [InlineData("https://evil.example/.app.example", false)]
    [InlineData("https://a.app.example@evil.example", false)]
    [InlineData("null", false)]
    public async Task A_star_in_front_allows_the_hosts_below_and_names_the_one_that_asks(string origin, bool isAllowed)
    {
        await using var server =
            await LocalHostServer.Start(null, "Cors:AllowedOrigins=https://*.app.example", "Demo:Delay=0");
        using var answer = await server.Get("/events", ("Origin", origin));
        Assert.Equal(isAllowed ? origin : null, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    [Fact]
    public async Task The_default_port_may_be_written_in_the_setting()
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}:443", "Demo:Delay=0");
        Assert.Equal(Ours, (await server.Get("/events", ("Origin", Ours))).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Origins_are_compared_without_regard_to_case_as_schemes_and_hosts_are()
    {
        await using var server =
            await LocalHostServer.Start(null, "Cors:AllowedOrigins=HTTPS://App.Example", "Demo:Delay=0");
        Assert.Equal(Ours, (await server.Get("/events", ("Origin", Ours))).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_of_a_foreign_origin_allows_nothing()
    {
        await using var server = await LocalHostServer.Start(null, $"Cors:AllowedOrigins={Ours}");
        using var answer = await server.Send(HttpMethod.Options, "/events",
            ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.DoesNotContain(
            answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
        Assert.Equal("GET, HEAD, OPTIONS", answer.Header("Allow"));
    }

    [Theory]
    [InlineData("app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/path")]
    [InlineData("https://user@app.example")]
    [InlineData("https://*")]
    [InlineData("https://a.*.example")]
    [InlineData("null")]
    public async Task A_setting_that_is_no_origin_is_refused_at_start(string origin)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, $"Cors:AllowedOrigins={origin}"));
        Assert.Contains($"'{origin}'", exception.Message, StringComparison.Ordinal);
    }
}
