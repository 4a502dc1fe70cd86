using System.Net;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Who may start, watch and cancel discussions.</summary>
public sealed class DiscussionRightsTests
{
    private const string Fast = "Discussions:Scripted:WordDelay=00:00:00.002";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_token_nothing_can_be_started_or_cancelled_unless_the_settings_allow_it()
    {
        await using var server = await LocalHostServer.Start(settings: ["Discussions:Anonymous=false", Fast]);
        using var start = await server.Http.Post(JsonSerializer.Serialize(DiscussionClient.Request()));
        Assert.Equal(HttpStatusCode.Unauthorized, start.StatusCode);
        using var withToken = await server.Http.Post(
            JsonSerializer.Serialize(DiscussionClient.Request()), Jwt.Publisher("/discussions/{id}"));
        Assert.Equal(HttpStatusCode.Created, withToken.StatusCode);
        var id = JsonDocument.Parse(await withToken.Text()).RootElement.GetProperty("id").GetString();
        using var cancel = await server.Http.PostAsync($"/discussions/{id}/cancel", null, Test);
        Assert.Equal(HttpStatusCode.Unauthorized, cancel.StatusCode);
        using var wrong = await server.Send(
            HttpMethod.Post, $"/discussions/{id}/cancel", HubClient.Bearer(Jwt.Publisher("/discussions/other")));
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        // Hub:Anonymous is on in the sample settings: everyone may watch.
        await server.Http.Watch(id!);
    }

    [Fact]
    public async Task A_private_discussion_needs_a_token_for_its_topic()
    {
        await using var server = await Start();
        var request = DiscussionClient.Request(turns: 1);
        request["private"] = true;
        using var refused = await server.Http.Post(JsonSerializer.Serialize(request));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var start = await server.Http.Post(JsonSerializer.Serialize(request), Jwt.Publisher("*"));
        Assert.Equal(HttpStatusCode.Created, start.StatusCode);
        var id = JsonDocument.Parse(await start.Text()).RootElement.GetProperty("id").GetString()!;
        foreach (var path in (string[])["", "/events"])
        {
            using var without = await server.Get($"/discussions/{id}{path}");
            Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
            using var wrong = await server.Get(
                $"/discussions/{id}{path}", HubClient.Bearer(Jwt.Subscriber("/discussions/other")));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }
        using var right = await server.Get(
            $"/discussions/{id}/events", HubClient.Bearer(Jwt.Subscriber($"/discussions/{id}")));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.DoesNotContain(id, await server.Http.GetStringAsync("/discussions", Test), StringComparison.Ordinal);
    }

    private static Task<LocalHostServer> Start() => LocalHostServer.Start(settings:
    [
        "Discussions:Anonymous=true", "Discussions:MaxConcurrent=100", "Discussions:MaxConcurrentPerClient=100",
        "Discussions:MaxStartsPerMinute=0", Fast,
    ]);
}
