using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Tokens;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Tests.Hub.Tokens;

public sealed class PublishOriginRequestTests
{
    [Theory]
    [InlineData("https://hub.example")]
    [InlineData("https://hub.example:443")]
    [InlineData("HTTPS://HUB.example")]
    public void The_requests_own_origin_may(string origin) => Assert.True(Allows(origin));

    [Theory]
    [InlineData("http://hub.example")]
    [InlineData("https://hub.example:8443")]
    [InlineData("https://hub.example.evil.org")]
    [InlineData("https://evilhub.example")]
    [InlineData("https://hub.example@evil.org")]
    [InlineData("https://evil.org/https://hub.example")]
    [InlineData("https://evil.org\\.hub.example")]
    [InlineData("https://evil.org#hub.example")]
    [InlineData("hub.example")]
    [InlineData("null")]
    [InlineData("")]
    public void No_other_may(string origin) => Assert.False(Allows(origin));

    [Theory]
    [InlineData("https://\uFFFD")]
    [InlineData("https://xn--a-\u00DF")]
    [InlineData("https://\u200D.example.com")]
    public void What_no_browser_sends_is_refused_and_does_no_harm(string origin)
    {
        Assert.False(Allows(origin));
        Assert.False(Allows(null, referer: $"{origin}/page"));
    }

    [Fact]
    public void The_Referer_counts_where_there_is_no_Origin()
    {
        Assert.True(Allows(null, referer: "https://hub.example/page?x=1#y"));
        Assert.True(Allows(null, referer: "https://a.example/page", "https://a.example"));
        Assert.False(Allows(null, referer: "https://evil.org/https://hub.example/"));
        Assert.False(Allows(null, referer: "https://hub.example@evil.org/"));
        Assert.False(Allows(null, referer: "/page"));
        Assert.False(Allows("https://evil.org", referer: "https://hub.example/"));
        Assert.False(Allows("null", referer: "https://hub.example/"));
    }

    [Fact]
    public void Whoever_hides_the_origin_may_not_even_where_all_may()
    {
        Assert.True(Allows("https://any.example", null, "*"));
        Assert.False(Allows(null, null, "*"));
        Assert.False(Allows("null", null, "*"));
        Assert.False(Allows("", null, "*"));
    }

    [Fact]
    public void Two_origins_are_none()
    {
        var request = Request(null, null);
        request.Headers.Origin = new(["https://hub.example", "https://hub.example"]);
        Assert.False(PublishOriginRequest.Allows(request, new OriginList(["*"])));
    }

    [Theory]
    [InlineData("https://a.example", "https://a.example", true)]
    [InlineData("https://A.example", "https://a.EXAMPLE", true)]
    [InlineData("https://a.example", "https://a.example:443", true)]
    [InlineData("https://a.example", "http://a.example", false)]
    [InlineData("https://a.example", "https://a.example:444", false)]
    [InlineData("https://a.example:444", "https://a.example:444", true)]
    [InlineData("https://a.example", "https://b.a.example", false)]
    [InlineData("https://*.example.com", "https://a.example.com", true)]
    [InlineData("https://*.example.com", "https://a.b.example.com", true)]
    [InlineData("https://*.example.com", "https://A.EXAMPLE.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "https://evilexample.com", false)]
    [InlineData("https://*.example.com", "https://x.example.com.evil.org", false)]
    [InlineData("https://*.example.com", "https://evil.org?.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.org/.example.com", false)]
    [InlineData("https://*.example.com", "http://a.example.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com:8443", false)]
    [InlineData("https://*.example.com:8443", "https://a.example.com:8443", true)]
    [InlineData("https://*.example.com:8443", "https://a.example.com", false)]
    [InlineData("chrome-extension://abcdef", "chrome-extension://abcdef", true)]
    [InlineData("chrome-extension://abcdef", "chrome-extension://abcdeg", false)]
    [InlineData("nonsense", "https://a.example", false)]
    public void Items_of_the_list_are_origins_or_all_below_a_host(string item, string origin, bool expected) =>
        Assert.Equal(expected, Allows(origin, null, "https://other.example", item));

    [Theory]
    [InlineData("*")]
    [InlineData("https://a.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://*.example.com")]
    [InlineData("https://*.example.com:8443")]
    [InlineData("chrome-extension://abcdef")]
    public void Items_that_can_be_used_are_no_problem(string item) =>
        Assert.Empty(OriginList.Problems("Hub:PublishOrigins", [item]));

    [Theory]
    [InlineData("")]
    [InlineData("a.example")]
    [InlineData("https://a.example/")]
    [InlineData("https://a.example/path")]
    [InlineData("https://a.example?x")]
    [InlineData("https://user@a.example")]
    [InlineData("https://*")]
    [InlineData("https://*example.com")]
    [InlineData("https://a.*.example.com")]
    [InlineData("https://*.*.example.com")]
    [InlineData("*.example.com")]
    [InlineData("null")]
    public void Items_that_cannot_be_used_are_said_at_start(string item)
    {
        var problem = Assert.Single(OriginList.Problems("Hub:PublishOrigins", ["*", item]));
        Assert.StartsWith(
            $"Hub:PublishOrigins has '{item}': write an origin as a browser does", problem, StringComparison.Ordinal);
    }

    private static bool Allows(string? origin, string? referer = null, params string[] allowed) =>
        PublishOriginRequest.Allows(Request(origin, referer), new OriginList(allowed));

    private static HttpRequest Request(string? origin, string? referer)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "https";
        request.Host = new HostString("hub.example");
        if (origin is not null) request.Headers.Origin = origin;
        if (referer is not null) request.Headers.Referer = referer;
        return request;
    }
}
