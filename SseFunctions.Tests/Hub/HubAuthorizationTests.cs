using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub;

/// <summary>Routes of an app's own that follow the hub's rules.</summary>
public sealed class HubAuthorizationTests : IAsyncDisposable
{
    private WebApplication? _app;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("/exports/1", "")]
    [InlineData("/api/exports/1", "/api")]
    [InlineData("/a/b/exports/1", "/a/b")]
    [InlineData("/exports-v2/exports/1", "/exports-v2")]
    [InlineData("/api/exports/exports/1", "/api/exports")]
    [InlineData("/api/exports/1/file", "/api")]
    [InlineData("/exports/1/exports-list", "")]
    [InlineData("/api/exports", "/api")]
    [InlineData("/api/exports-v2/exports", "/api/exports-v2")]
    [InlineData("/elsewhere", "")]
    public async Task The_challenge_names_the_metadata_of_the_hub_below_the_same_prefix(string path, string prefix)
    {
        using var http = await Start(path, Jwt.Trusted);
        using var answer = await http.GetAsync(path, Test);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var metadata = new Uri(
            http.BaseAddress!, $"{prefix}/.well-known/oauth-protected-resource/.well-known/mercure");
        Assert.Equal($"Bearer resource_metadata=\"{metadata}\"", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_refusal_is_temporary_while_the_keys_cannot_be_fetched()
    {
        using var http = await Start(
            "/exports/1",
            $"Hub:Subscriber:JwksUri=http://127.0.0.1:{Ports.Free()}/keys",
            "Hub:Subscriber:Issuer=https://issuer.example",
            "Hub:Subscriber:Audience=hub",
            "Hub:Subscriber:Algorithm=RS256");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/exports/1");
        var claims = new { iss = "https://issuer.example", aud = "hub", mercure = new { subscribe = new[] { "*" } } };
        // Some signature: it is not verified without the keys, but a token without any is refused for good.
        request.Headers.Authorization = new("Bearer", $"{Jwt.Mint(claims, algorithm: "RS256")}AAAA");
        using var answer = await http.SendAsync(request, Test);
        Assert.Equal("temporary", await answer.Text());
        using var without = await http.GetAsync("/exports/1", Test);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
    }

    private async Task<HttpClient> Start(string path, params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => setting.Split('=', 2))
                .Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1])));
        builder.Services.AddSseHub(builder.Configuration);
        _app = builder.Build();
        _app.MapGet(path, async (HttpContext context, IHubAuthorization rights) =>
        {
            var authorization = await rights.AuthorizeSubscribeAsync(
                context.Request, "/exports/1", isPrivate: true, context.RequestAborted);
            return authorization.IsTemporary
                ? TypedResults.Text("temporary")
                : authorization.Refusal ?? TypedResults.Text("allowed");
        });
        await _app.StartAsync(Test);
        return new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Limits.Soon };
    }
}
