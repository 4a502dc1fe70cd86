using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.LocalHost;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions in an app whose routes have a prefix that looks like a route of discussions.</summary>
public sealed class RoutePrefixTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/discussions-v2", "one")]
    [InlineData("api/discussions", "one")]
    [InlineData("discussions", "discussions")]
    [InlineData("", "discussions")]
    [InlineData("api", "discussions")]
    public async Task The_addresses_and_the_audience_of_tokens_are_below_the_prefix(string prefix, string id)
    {
        await using var server = await Start(prefix);
        var root = $"/{prefix}".TrimEnd('/');
        using var withId = await Send(server, HttpMethod.Put, $"{root}/discussions/{id}", root);
        Assert.Equal(HttpStatusCode.Created, withId.StatusCode);
        Assert.Equal($"{root}/discussions/{id}", withId.Headers.Location?.ToString());
        using var again = await Send(server, HttpMethod.Put, $"{root}/discussions/{id}/", root);
        Assert.Equal($"{root}/discussions/{id}", again.Headers.Location?.ToString());
        using var without = await Send(server, HttpMethod.Post, $"{root}/discussions", root);
        Assert.Equal(HttpStatusCode.Created, without.StatusCode);
        Assert.StartsWith(
            $"{root}/discussions/", without.Headers.Location?.ToString(), StringComparison.OrdinalIgnoreCase);
        using var read = await server.Get($"{without.Headers.Location}");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using var cancel = await Send(server, HttpMethod.Post, $"{root}/discussions/{id}/cancel", root);
        Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
    }

    private static async Task<HttpResponseMessage> Send(
        LocalHostServer server, HttpMethod method, string path, string root)
    {
        var hub = new Uri(server.Url, $"{root}/.well-known/mercure");
        var token = Jwt.Access($"{hub}", Jwt.Detail(["publish"], "*"));
        var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(DiscussionClient.Request()) };
        request.Headers.Authorization = new("Bearer", token);
        return await server.Http.SendAsync(request, Test);
    }

    private static Task<LocalHostServer> Start(string prefix) => LocalHostServer.Start(
        services => services.AddSingleton(provider =>
            new FunctionRouter(LocalHostApplication.FunctionAssemblies, prefix, provider)),
        null,
        [.. Jwt.Trusted, "Discussions:Anonymous=false", "Discussions:MaxConcurrentPerClient=0"]);
}
