using System.Globalization;
using System.Net;
using System.Text;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Subscriptions with the method QUERY (RFC 10008), whose body carries what a URL has no room for.</summary>
public sealed class QueryMethodTests(AccessTokenHubFixture hub) : IClassFixture<AccessTokenHubFixture>
{
    private const string FormType = "application/x-www-form-urlencoded";
    private static readonly HttpMethod Query = new("QUERY");

    private readonly LocalHostServer _server = hub.Server;

    [Fact]
    public async Task The_body_is_united_with_the_query()
    {
        await using var subscription = new HubSubscription(await Send(_server, "match=query/a",
            "match=query/b&topic=query/{x}/c"));
        await using var alone = new HubSubscription(await Send(_server, "",
            "match_urlpattern=/.well-known/query/%3Ax"));
        foreach (var topic in new[] { "query/a", "query/b", "query/1/c",
            "query/d" }) await _server.Publish($"topic={topic}&data={topic[^1]}");
        Assert.Equal(["a", "b", "c"], await subscription.Next(3));
        Assert.Equal(["a", "b", "d"], await alone.Next(3));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8")]
    [InlineData("APPLICATION/X-WWW-FORM-URLENCODED")]
    [InlineData("application/x-www-form-urlencoded;")]
    public async Task The_type_of_a_form_may_have_parameters_and_any_case(string type)
    {
        using var answer = await Send(_server, "", "match=a", type);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Header("Content-Type"));
    }

    [Fact]
    public async Task Without_a_body_the_query_is_enough()
    {
        using var answer = await _server.Send(Query, $"{HubClient.Path}?match=a");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var none = await _server.Send(Query, HubClient.Path);
        Assert.Contains("match or topic is missing", await none.Problem(HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("match=a", null, 400, "application/x-www-form-urlencoded")]
    [InlineData("match=a", "text/plain", 415, "application/x-www-form-urlencoded")]
    [InlineData("match=a", "application/json", 415, "application/x-www-form-urlencoded")]
    [InlineData("", FormType, 400, "match or topic is missing")]
    [InlineData("match=", FormType, 400, "match or topic is missing")]
    [InlineData("match=%ff", FormType, 400, "UTF-8")]
    [InlineData("match=%00", FormType, 400, "control or format character")]
    [InlineData("match=a&MATCH=b", FormType, 400, "match, match_exact or match_urlpattern")]
    [InlineData("match_urlpattern=/(", FormType, 400, "not a URL pattern")]
    public async Task A_bad_body_is_answered_with_what_to_change(string body, string? type, int status, string title)
    {
        using var answer = await Send(_server, "", body, type);
        Assert.Contains(title, await answer.Problem((HttpStatusCode)status), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("topic", 1000, 128, true)]
    [InlineData("topic", 1000, 129, false)]
    [InlineData("match", 100, 1280, true)]
    [InlineData("match", 100, 1281, false)]
    [InlineData("match_urlpattern", 32, 4001, false)]
    public async Task The_texts_of_all_matchers_together_are_limited(string name, int count, int length, bool fits)
    {
        var body = string.Join('&', Enumerable.Range(0, count).Select(
            number => $"{name}={number.ToString(CultureInfo.InvariantCulture).PadRight(length, 'a')}"));
        using var answer = await Send(_server, "", body);
        if (fits) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else
            Assert.Equal(
                "The topics and matchers have more than 128000 characters together: name fewer or shorter ones.",
                await answer.Problem(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:MaxUpdateBytes=1024");
        using (var fits = await Send(server, "", $"match=a&x={new string('a', 1024 - "match=a&x=".Length)}"))
            Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        using var answer = await Send(server, "", $"match=a&x={new string('a', 1025 - "match=a&x=".Length)}");
        Assert.Contains("1024 bytes", await answer.Problem(HttpStatusCode.RequestEntityTooLarge),
            StringComparison.Ordinal);
        using var request = Request("", "match=a", FormType);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes(
            $"match=a&x={new string('a', 2000)}")));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", FormType);
        using var chunked = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.NotEmpty(await chunked.Problem(HttpStatusCode.RequestEntityTooLarge));
        var fields = string.Join('&', Enumerable.Repeat("x", 1101));
        using var many = await Send(_server, "", $"match=a&{fields}");
        Assert.Contains("fields", await many.Problem(HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_cursors_the_header_wins_over_the_query_and_the_query_over_the_body()
    {
        foreach (var id in new[] { "q-1", "q-2", "q-3" }) await _server.Publish($"topic=cursors&id={id}&data={id}");
        await _server.Publish("topic=cursors&data=end");
        foreach (var (query, body, header, cursor) in new[]
        {
            ("last_event_id=q-2", "last_event_id=q-1", "q-3", "q-3"),
            ("last_event_id=q-2", "last_event_id=q-1", null, "q-2"),
            ("", "last_event_id=q-1", null, "q-1"),
            ("lastEventID=q-2", "last_event_id=q-1", null, "q-1"),
            ("lastEventID=q-2", "", null, "q-2"),
        })
        {
            using var request = Request(query, $"match=cursors&{body}", FormType);
            if (header is not null) request.Headers.Add("Last-Event-ID", header);
            var answer = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken);
            await using var subscription = new HubSubscription(answer);
            Assert.Equal(cursor, answer.Header("Mercure-Last-Event-ID"));
            Assert.Equal(cursor == "q-3" ? "end" : $"q-{cursor[^1] - '0' + 1}", (await subscription.Next()).Data);
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_may_use_it()
    {
        await using var server = await LocalHostServer.Start(null, "Cors:AllowedOrigins=https://app.example");
        using var answer = await server.Send(
            HttpMethod.Options, HubClient.Path, ("Origin", "https://app.example"), ("Access-Control-Request-Method",
                "QUERY"));
        Assert.Equal("GET, HEAD, POST, QUERY", answer.Header("Access-Control-Allow-Methods"));
        Assert.Contains("Content-Type", answer.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        using var request = Request("", "match=a", FormType);
        request.Headers.Add("Origin", "https://app.example");
        using var stream = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
        Assert.Equal("https://app.example", stream.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Mercure-Last-Event-ID", stream.Header("Access-Control-Expose-Headers"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_of_0_x_alone_does_not_have_it()
    {
        await using var server = await LocalHostServer.Start(null, "Hub:Dialects=0.x",
            "Cors:AllowedOrigins=https://app.example");
        using var answer = await Send(server, "topic=a", "topic=a");
        Assert.Contains("use GET", await answer.Problem(HttpStatusCode.MethodNotAllowed), StringComparison.Ordinal);
        Assert.Equal("GET, HEAD, POST", answer.Header("Allow"));
        using var preflight = await server.Send(HttpMethod.Options, HubClient.Path, ("Origin", "https://app.example"));
        Assert.Equal("GET, HEAD, POST", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal("GET, HEAD, POST, OPTIONS", preflight.Header("Allow"));
    }

    private static Task<HttpResponseMessage> Send(LocalHostServer server, string query, string body,
        string? type = FormType) =>
        server.Http.SendAsync(Request(query, body, type), HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);

    private static HttpRequestMessage Request(string query, string body, string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return new HttpRequestMessage(Query, $"{HubClient.Path}?{query}") { Content = content };
    }
}
