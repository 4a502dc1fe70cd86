using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions.Protocol;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Bodies that cannot be read, of all requests that have a body.</summary>
public sealed class StartBodyTests
{
    private const string Anonymous = "Discussions:Anonymous=true";
    private const string Json = "Content-Type: application/json\r\n";
    private const string Problem = "application/problem+json";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Requests => new()
    {
        { "POST", "/discussions" },
        { "PUT", "/discussions/one" },
        { "POST", "/discussions/there/ag-ui" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_body_that_is_too_long_is_refused_before_it_is_sent(string method, string path)
    {
        await using var server = await Start();
        using var client = await RawClient.Get(
            new Uri(server.Url, path), $"{Json}Content-Length: 10000000\r\n", method);
        await client.Until("send less");
        Assert.StartsWith("HTTP/1.1 413 ", client.Received, StringComparison.Ordinal);
        Assert.Contains(Problem, client.Received, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_body_that_is_broken_is_told_so(string method, string path)
    {
        await using var server = await Start();
        using var client = await RawClient.Get(
            new Uri(server.Url, path), $"{Json}Transfer-Encoding: chunked\r\n", method, body: "no size\r\n");
        await client.Until("send the whole body");
        Assert.StartsWith("HTTP/1.1 400 ", client.Received, StringComparison.Ordinal);
        Assert.Contains(Problem, client.Received, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_body_that_the_server_takes_no_more_of_is_told_so(string method, string path)
    {
        const int ServerLimit = 300;
        await using var server = await Start(ServerLimit);
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = JsonContent.Create(DiscussionClient.Request(new string('a', ServerLimit))),
        };
        using var answer = await server.Http.SendAsync(request, Test);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(Problem, answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("send less", await answer.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task A_client_that_has_left_is_no_failure_of_the_function(Type exception)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = "application/json";
        request.Body = new BrokenBody((Exception)Activator.CreateInstance(exception)!);
        var refused = await Assert.ThrowsAsync<BadRequestException>(
            () => JsonBody.ReadAsync(request, 100, json => json.ValueKind, Test));
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, refused.Status);
    }

    private static async Task<LocalHostServer> Start(int? serverLimit = null)
    {
        var server = await LocalHostServer.Start(
            services => services.Configure<KestrelServerOptions>(
                kestrel => kestrel.Limits.MaxRequestBodySize = serverLimit ?? kestrel.Limits.MaxRequestBodySize),
            null,
            Anonymous);
        await server.Http.StartAs("there", DiscussionClient.Request());
        return server;
    }

    private sealed class BrokenBody(Exception exception) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(exception);
    }
}
