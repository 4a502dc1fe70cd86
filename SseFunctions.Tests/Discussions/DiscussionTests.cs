using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions over HTTP. Their participants are scripted, or halt in a turn while the test acts.</summary>
public sealed class DiscussionTests
{
    private const string Anonymous = "Discussions:Anonymous=true";
    private const string Fast = "Discussions:Scripted:WordDelay=00:00:00.002";
    private const string Many = "Discussions:MaxConcurrent=100";
    private const string ManyPerClient = "Discussions:MaxConcurrentPerClient=100";
    private const string ManyStarts = "Discussions:MaxStartsPerMinute=0";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_viewer_sees_every_word_and_the_end()
    {
        await using var server = await Start();
        var id = await server.Http.Start();
        var viewer = new Viewer();
        foreach (var next in await server.Http.Watch(id)) viewer.Take(next);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal("discussion.completed", viewer.End);
        Assert.Equal(3, transcript.Turns.Count);
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
        Assert.Equal(["1", "2", "1"], transcript.Turns.Select(turn => turn.Participant));
        Assert.Equal((DiscussionState.Completed, "turns"), (transcript.State, transcript.Reason));
    }

    [Fact]
    public async Task The_events_of_a_whole_discussion_have_these_bytes()
    {
        await using var server = await Start("Discussions:Gather=00:00:01");
        var request = DiscussionClient.Request(turns: 1);
        using var start = await server.Http.PutAsJsonAsync("/discussions/bytes", request, Test);
        Assert.Equal(HttpStatusCode.Created, start.StatusCode);
        using var answer = await server.Http.Open("bytes", await server.Http.LastId("bytes"));
        var wire = await answer.Content.ReadAsStringAsync(Test);
        var transcript = await server.Http.Transcript("bytes");
        var events = wire[wire.IndexOf("event: ", StringComparison.Ordinal)..].Split(
            "\n\n", StringSplitOptions.RemoveEmptyEntries);
        var turn = transcript.Turns[0];
        var usage = JsonSerializer.Serialize(turn.Usage, JsonSerializerOptions.Web);
        Assert.StartsWith("event: turn.started\nid: #", events[0], StringComparison.Ordinal);
        const string Begun = "\ndata: {\"turn\":1,\"attempt\":1,\"participant\":\"1\"}";
        Assert.EndsWith(Begun, events[0], StringComparison.Ordinal);
        Assert.Contains("event: turn.delta\n", events[1], StringComparison.Ordinal);
        Assert.Contains("\ndata: {\"turn\":1,\"attempt\":1,\"at\":0,\"text\":\"", events[1], StringComparison.Ordinal);
        Assert.Contains($"\"finish\":\"stop\",\"usage\":{usage}}}", events[^2], StringComparison.Ordinal);
        Assert.EndsWith($"\ndata: {{\"reason\":\"turns\",\"usage\":{usage}}}", events[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_speaks_before_somebody_watches()
    {
        await using var server = await Start();
        var id = await server.Http.Start();
        var before = await server.Http.Transcript(id);
        Assert.Equal(DiscussionState.Waiting, before.State);
        Assert.Empty(before.Turns);
        await server.Http.Watch(id);
        Assert.NotEmpty((await server.Http.Transcript(id)).Turns);
    }

    [Fact]
    public async Task When_the_last_viewer_leaves_the_turn_is_finished_and_the_discussion_pauses_until_the_next()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartHalting(turn: 1, goOn.Task);
        var id = await server.Http.Start(DiscussionClient.Request(turns: 4));
        using (var answer = await server.Http.Open(id)) await answer.UntilWords();
        // If the turn ended before the app knows that the viewer has left, the next turn would begin.
        await server.Logs.First(DiscussionClient.ViewerHasLeft);
        goOn.SetResult();
        var transcript = await Until(server, id, held => held.State == DiscussionState.Paused);
        Assert.NotNull(Assert.Single(transcript.Turns).Finish);
        Assert.Equal("nobody_watching", transcript.Reason);
        var events = await server.Http.Watch(id, await server.Http.LastId(id));
        Assert.Contains(events, next => next.EventType == "discussion.resumed");
        Assert.Equal(4, (await server.Http.Transcript(id)).Turns.Count);
    }

    [Fact]
    public async Task A_client_resumes_after_any_event_without_a_gap_and_gets_204_after_the_last()
    {
        await using var server = await Start();
        var id = await server.Http.Start();
        var events = await server.Http.Watch(id);
        // The first event is the snapshot, whose id is that of the event before the first turn.
        for (var held = 0; held < events.Count - 1; held += 7)
        {
            var rest = await server.Http.Watch(id, events[held].EventId);
            Assert.Equal(events[(held + 1)..].Select(next => next.Data), rest.Select(next => next.Data));
        }
        using var end = await server.Http.Open(id, events[^1].EventId);
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
    }

    [Theory]
    [InlineData("#1-1")]
    [InlineData("earliest")]
    [InlineData("#9223372036854775807-1-0")]
    public async Task A_client_with_an_unknown_id_gets_the_snapshot(string lastId)
    {
        await using var server = await Start();
        var id = await server.Http.Start();
        await server.Http.Watch(id);
        var events = await server.Http.Watch(id, lastId);
        Assert.Equal("snapshot", Assert.Single(events).EventType);
        Assert.Equal(3, JsonDocument.Parse(events[0].Data).RootElement.GetProperty("turns").GetArrayLength());
        using var end = await server.Http.Open(id, events[0].EventId);
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
    }

    [Fact]
    public async Task A_viewer_who_comes_late_sees_the_same_words()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartHalting(turn: 2, goOn.Task);
        var id = await server.Http.Start();
        var early = server.Http.Watch(id);
        await Until(server, id, held => held.Turns is [_, { Text.Length: > 0 }]);
        var late = new Viewer();
        using var answer = await server.Http.Open(id);
        await foreach (var next in answer.Events())
        {
            late.Take(next);
            goOn.TrySetResult();
        }
        await early.Within("end");
        Assert.Equal((await server.Http.Transcript(id)).Turns.Select(turn => turn.Text), late.Texts);
    }

    [Fact]
    public async Task Cancel_ends_the_discussion_and_the_words_said_stay()
    {
        await using var server = await StartHalting(turn: 1, Task.Delay(Timeout.Infinite, Test));
        var id = await server.Http.Start();
        var viewer = new Viewer();
        using var answer = await server.Http.Open(id);
        var isCancelled = false;
        await foreach (var next in answer.Events())
        {
            viewer.Take(next);
            if (isCancelled || viewer.Texts is not [{ Length: > 0 }]) continue;
            isCancelled = true;
            using var cancelled = await server.Http.PostAsync($"/discussions/{id}/cancel", null, Test);
            Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        }
        var transcript = await server.Http.Transcript(id);
        Assert.Equal("discussion.cancelled", viewer.End);
        Assert.Equal("cancelled", Assert.Single(transcript.Turns).Finish);
        Assert.Equal(transcript.Turns[0].Text, Assert.Single(viewer.Texts));
        using var again = await server.Http.PostAsync($"/discussions/{id}/cancel", null, Test);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task A_viewer_beyond_the_limit_is_told_to_reconnect_later()
    {
        await using var server = await StartHalting(
            turn: 1, Task.Delay(Timeout.Infinite, Test), "Discussions:MaxViewers=1");
        var id = await server.Http.Start();
        using (var first = await server.Http.Open(id))
        {
            using var second = await server.Http.Open(id);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            Assert.Matches(
                "^: This instance has no place for another viewer, reconnect later\nretry: 1[0-9]{4}\n$",
                await second.Text());
            using var adapter = await server.Get($"/discussions/{id}/stream");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, adapter.StatusCode);
            Assert.NotNull(adapter.Headers.RetryAfter);
        }
        var limit = DateTime.UtcNow + Limits.Soon;
        while (await IsTurnedAway(server, id))
        {
            Assert.True(DateTime.UtcNow < limit, "The place of the viewer who left is not free.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }

    [Fact]
    public async Task A_viewer_is_told_to_reconnect_later_while_Redis_cannot_be_reached()
    {
        await using var server = await LocalHostServer.Start(
            settings: [Anonymous, $"Redis:ConnectionString=127.0.0.1:{Ports.Free()},connectTimeout=200"]);
        using var stream = await server.Http.Open("d1");
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        Assert.Matches(
            "^: Discussions cannot be reached just now, reconnect later\nretry: [23][0-9]{3}\n$", await stream.Text());
        using var transcript = await server.Get("/discussions/d1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, transcript.StatusCode);
    }

    [Fact]
    public async Task What_people_and_participants_say_is_data()
    {
        const string Attack =
            "x\n\nevent: discussion.completed\ndata: {}\n\n<script>alert(1)</script>\u2028\0\ud83d\ude00";
        await using var server = await Start();
        var request = DiscussionClient.Request(Attack, turns: 2);
        request["participants"] = new object[]
        {
            new { name = "A\nevent: x", persona = Attack }, new { name = "<b>B</b>" },
        };
        var id = await server.Http.Start(request);
        var viewer = new Viewer();
        foreach (var next in await server.Http.Watch(id)) viewer.Take(next);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal(transcript.Turns.Select(turn => turn.Text), viewer.Texts);
        Assert.Equal(2, viewer.Texts.Count);
        Assert.Equal(Attack.Replace("\0", "", StringComparison.Ordinal), transcript.Topic);
        Assert.Equal("A event: x", transcript.Participants[0].Name);
    }

    private static Task<LocalHostServer> Start(params string[] settings) =>
        LocalHostServer.Start(settings: [Anonymous, Fast, Many, ManyPerClient, ManyStarts, .. settings]);

    private static Task<LocalHostServer> StartHalting(int turn, Task goOn, params string[] settings) =>
        LocalHostServer.Start(
            services => services.AddSingleton(SpokenParticipant.Halting(turn, goOn)), null, [Anonymous, .. settings]);

    private static async Task<bool> IsTurnedAway(LocalHostServer server, string id)
    {
        using var answer = await server.Http.Open(id);
        await foreach (var _ in answer.Events()) return false;
        return true;
    }

    private static async Task<Transcript> Until(LocalHostServer server, string id, Func<Transcript, bool> isReached)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            var transcript = await server.Http.Transcript(id);
            if (isReached(transcript)) return transcript;
            Assert.True(DateTime.UtcNow < limit, $"The discussion is still {transcript.State}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }
}
