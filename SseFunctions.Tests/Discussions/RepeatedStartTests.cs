using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Start requests that a client repeats, for example because it has not got the answer.</summary>
public sealed class RepeatedStartTests
{
    private const string Body = """
        {"topic":"Tea?","participants":[{"name":"Ada","persona":"p\u00e9"},{"name":"Bob"},{"name":"Cy"}]}
        """;

    // The same with other white space, escapes and order.
    private const string SameBody = """
        {
          "limits": null,
          "participants": [{ "persona": "pé", "name": "Ad\u0061" }, { "name": "Bob", "model": null }, { "name": "Cy" }],
          "topic": "Tea?"
        }
        """;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<DiscussionOptions>> Changes => new()
    {
        { "default", options => options.Turns = 5 },
        { "default of tokens", options => options.MaxTokens = 7 },
        { "participants", options => options.MaxParticipants = 2 },
        { "topic", options => options.MaxTopicLength = 1 },
        { "persona", options => options.MaxPersonaLength = 1 },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public async Task An_equal_body_is_known_after_a_change_of_the_settings(
        string change, Action<DiscussionOptions> apply)
    {
        await using var server = await Start();
        using var first = await Put(server, "mine", Body);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        apply(server.Services.GetRequiredService<IOptions<DiscussionOptions>>().Value);
        foreach (var body in (string[])[Body, SameBody])
        {
            using var again = await Put(server, "mine", body);
            Assert.True(again.StatusCode == HttpStatusCode.OK, $"{change}: {await again.Text()}");
        }
        using var other = await Put(server, "mine", Body.Replace("Tea", "M", StringComparison.Ordinal));
        Assert.NotEqual(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_body_that_means_the_same_is_known_too()
    {
        await using var server = await Start();
        using var first = await Put(server, "mine", Body);
        const string Default = "{\"limits\":{\"turns\":12},\"topic\"";
        using var again = await Put(
            server, "mine", Body.Replace("{\"topic\"", Default, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_discussion_of_an_earlier_version_is_compared_with_the_settings()
    {
        await using var server = await Start();
        using var first = await Put(server, "mine", Body);
        var logs = server.Services.GetRequiredService<ITopicLogs>();
        await using (var log = await logs.OpenAsync("/discussions/mine", Test))
        {
            var snapshot = JsonNode.Parse(log!.View().Snapshot!)!;
            Assert.True(snapshot.AsObject().Remove("request"));
            snapshot["transcript"]!["id"] = "old";
            var append = new TopicAppend("discussion.started", "{}") { Snapshot = snapshot.ToJsonString() };
            Assert.True(await logs.TryCreateAsync("/discussions/old", append, TimeSpan.FromHours(1), Test));
        }
        using var same = await Put(server, "old", SameBody);
        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
        server.Services.GetRequiredService<IOptions<DiscussionOptions>>().Value.Turns = 5;
        using var different = await Put(server, "old", SameBody);
        Assert.Equal(HttpStatusCode.Conflict, different.StatusCode);
    }

    [Theory]
    [InlineData("models")]
    [InlineData("Models")]
    [InlineData("MODELS")]
    public async Task The_name_of_another_route_is_no_id(string id)
    {
        await using var server = await Start();
        using var answer = await Put(server, id, Body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("other than models", await answer.Text(), StringComparison.Ordinal);
    }

    private static Task<LocalHostServer> Start() =>
        LocalHostServer.Start(settings: ["Discussions:Anonymous=true", "Discussions:MaxConcurrentPerClient=0"]);

    private static Task<HttpResponseMessage> Put(LocalHostServer server, string id, string body) =>
        server.Http.PutAsync(
            new Uri($"/discussions/{id}", UriKind.Relative),
            new StringContent(body, Encoding.UTF8, "application/json"),
            Test);
}
