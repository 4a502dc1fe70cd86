using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>The places of discussions that are started and canceled.</summary>
public sealed class StartPlacesTests
{
    private const string OneEach = "Discussions:MaxConcurrentPerClient=1";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_that_is_cancelled_before_the_first_turn_keeps_its_place_for_30_s()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await LocalHostServer.Start(time, "Discussions:Anonymous=true", OneEach);
        await Cancel(server, await server.Http.Start());
        using (var second = await server.Http.PostAsJsonAsync("/discussions", DiscussionClient.Request(), Test))
            Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        time.Advance(TimeSpan.FromSeconds(31));
        await server.Http.Start();
    }

    [Fact]
    public async Task A_discussion_that_is_cancelled_while_it_speaks_gives_its_place_back_at_once()
    {
        await using var server = await LocalHostServer.Start(settings:
        [
            "Discussions:Anonymous=true", OneEach, "Discussions:Scripted:WordDelay=00:00:00.050",
        ]);
        var id = await server.Http.Start();
        using (var answer = await server.Http.Open(id))
        {
            await foreach (var next in answer.Events())
            {
                if (next.EventType == "turn.delta") break;
            }
            await Cancel(server, id);
        }
        await server.Http.Start();
    }

    [Fact]
    public async Task A_client_starts_only_so_many_discussions_within_a_minute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await LocalHostServer.Start(
            time,
            "Discussions:Anonymous=true",
            "Discussions:MaxConcurrentPerClient=2",
            "Discussions:MaxStartsPerMinute=2");
        await server.Http.Start();
        time.Advance(TimeSpan.FromSeconds(31));
        await server.Http.Start();
        using (var third = await server.Http.PostAsJsonAsync("/discussions", DiscussionClient.Request(), Test))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
            Assert.Contains("You have reached the limit of starts", await third.Text(), StringComparison.Ordinal);
        }
        // The first start was a minute ago. What was refused took no place.
        time.Advance(TimeSpan.FromSeconds(30));
        await server.Http.Start();
    }

    [Fact]
    public async Task A_start_that_finds_no_place_does_not_count_as_a_start()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await LocalHostServer.Start(
            time, "Discussions:Anonymous=true", OneEach, "Discussions:MaxStartsPerMinute=2");
        await server.Http.Start();
        for (var count = 0; count < 3; count++)
        {
            using var refused = await server.Http.PostAsJsonAsync("/discussions", DiscussionClient.Request(), Test);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }
        time.Advance(TimeSpan.FromSeconds(31));
        await server.Http.Start();
    }

    private static async Task Cancel(LocalHostServer server, string id)
    {
        using var cancelled = await server.Http.PostAsync($"/discussions/{id}/cancel", null, Test);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
    }
}
