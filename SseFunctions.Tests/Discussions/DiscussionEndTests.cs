using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>How discussions end: by their time, by a lost instance, by their moderator, and by a cancel.</summary>
public sealed class DiscussionEndTests
{
    private const string Anonymous = "Discussions:Anonymous=true";
    private const string Fast = "Discussions:Scripted:WordDelay=00:00:00";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_discussion_that_has_spoken_for_its_minutes_is_completed_because_of_the_time()
    {
        const double SpokenBefore = 53;
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var fiveSeconds = new SpokenParticipant((_, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return new[] { "Five seconds." }.ToAsyncEnumerable();
        });
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton(new NamedParticipant("slow", fiveSeconds)), time, Anonymous);
        var request = DiscussionClient.Request();
        request["limits"] = new { turns = 20, minutes = 1 };
        await server.Http.StartAs("timed", request);
        // So that no lease must be renewed while the clock jumps, most of the minute was spoken earlier.
        await server.Append(
            "timed",
            record => record with { SpokenSeconds = SpokenBefore },
            (EventTypes.Resumed, new EventData()),
            (EventTypes.Paused, new EventData { Reason = Reasons.NobodyWatching }));
        await server.Http.Watch("timed");
        var transcript = await server.Http.Transcript("timed");
        Assert.Equal((DiscussionState.Completed, "time"), (transcript.State, transcript.Reason));
        Assert.Equal(2, transcript.Turns.Count);
    }

    [Fact]
    public async Task The_tokens_of_a_participant_that_does_not_tell_them_are_estimated_for_the_limit()
    {
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton(SpokenParticipant.Saying("silent", new string('a', 400))),
            null,
            Anonymous);
        var request = DiscussionClient.Request();
        request["limits"] = new { turns = 10, tokens = 150 };
        var id = await server.Http.Start(request);
        await server.Http.Watch(id);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal((DiscussionState.Completed, "tokens"), (transcript.State, transcript.Reason));
        Assert.Equal(2, transcript.Turns.Count);
        // Viewers are told what is known only.
        Assert.Null(transcript.Usage);
    }

    [Fact]
    public async Task A_turn_whose_last_attempt_was_interrupted_ends_the_discussion()
    {
        await using var server = await LocalHostServer.Start(settings: [Anonymous, Fast]);
        await Interrupt(server);
        var events = await server.Http.Watch("lost", await server.Http.LastId("lost"));
        Assert.Equal(
            [
                ("turn.failed", """{"turn":1,"attempt":4,"reason":"instance_lost"}"""),
                ("discussion.failed", """{"reason":"instance_lost"}"""),
            ],
            events.Select(next => (next.EventType, next.Data)));
        using var after = await server.Http.Open("lost", events[^1].EventId);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
    }

    [Fact]
    public async Task The_place_of_a_discussion_that_failed_is_free_when_its_viewers_are_told()
    {
        await using var server = await LocalHostServer.Start(
            settings: [Anonymous, Fast, "Discussions:MaxConcurrentPerClient=1"]);
        await Interrupt(server);
        using var answer = await server.Http.Open("lost", await server.Http.LastId("lost"));
        var isTold = false;
        await foreach (var next in answer.Events())
        {
            if (next.EventType != "discussion.failed") continue;
            isTold = true;
            await server.Http.Start();
        }
        Assert.True(isTold);
    }

    [Fact]
    public async Task A_cancel_before_the_first_word_aborts_the_call_of_the_model_and_ends_the_turn_without_words()
    {
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Silence());
        await discussion.Begin();
        var http = discussion.Server.Http;
        using var answer = await http.Open("debate", await http.LastId("debate"));
        List<(string, string)> afterStart = [];
        var lastId = "";
        await foreach (var next in answer.Events())
        {
            lastId = next.EventId;
            if (next.EventType == "turn.started")
            {
                var call = await discussion.Model.Next();
                await Cancel(http, "debate");
                await call.Aborted;
            }
            else
            {
                afterStart.Add((next.EventType, next.Data));
            }
        }
        Assert.Equal(
            [
                ("turn.completed", """{"turn":1,"attempt":1,"text":"","finish":"cancelled"}"""),
                ("discussion.cancelled", """{"reason":"cancelled"}"""),
            ],
            afterStart);
        using var after = await http.Open("debate", lastId);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
    }

    [Fact]
    public async Task A_paused_discussion_that_is_cancelled_ends_without_another_word()
    {
        await using var server = await LocalHostServer.Start(settings: [Anonymous, Fast]);
        await server.Http.StartAs("paused", DiscussionClient.Request());
        await server.Append(
            "paused",
            record => record,
            (EventTypes.TurnStarted, new EventData { Turn = 1, Attempt = 1, Participant = "1" }),
            (EventTypes.TurnCompleted, new EventData { Turn = 1, Attempt = 1, Text = "Tea.", Finish = "stop" }),
            (EventTypes.Paused, new EventData { Reason = Reasons.NobodyWatching }));
        var lastId = await server.Http.LastId("paused");
        await Cancel(server.Http, "paused");
        var final = Assert.Single(await server.Http.Watch("paused", lastId));
        Assert.Equal("discussion.cancelled", final.EventType);
        using var after = await server.Http.Open("paused", final.EventId);
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
        Assert.Equal("Tea.", Assert.Single((await server.Http.Transcript("paused")).Turns).Text);
    }

    [Fact]
    public async Task A_moderator_of_the_app_decides_who_speaks_and_ends_the_discussion()
    {
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton<IModerator, LastSpeaksTwice>(), null, Anonymous, Fast);
        var id = await server.Http.Start(DiscussionClient.Request(turns: 10));
        await server.Http.Watch(id);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal((DiscussionState.Completed, "moderator"), (transcript.State, transcript.Reason));
        Assert.Equal(["2", "2"], transcript.Turns.Select(turn => turn.Participant));
    }

    [Fact]
    public async Task A_participant_of_the_app_speaks_where_a_start_request_names_it()
    {
        await using var server = await LocalHostServer.Start(
            services => services
                .AddSingleton(SpokenParticipant.Saying("echo", "Echo, ", "echo."))
                .AddSingleton(SpokenParticipant.Saying("parrot", "Pretty ", "Polly.")),
            null,
            Anonymous);
        var request = DiscussionClient.Request(turns: 2);
        request["participants"] = new object[] { new { name = "Ada", model = "parrot" }, new { name = "Bob" } };
        var id = await server.Http.Start(request);
        var viewer = new Viewer();
        foreach (var next in await server.Http.Watch(id)) viewer.Take(next);
        Assert.Equal(["Pretty Polly.", "Echo, echo."], viewer.Texts);
    }

    // The instance that spoke the last attempt has lost its lease in the middle of the turn.
    private static async Task Interrupt(LocalHostServer server)
    {
        await server.Http.StartAs("lost", DiscussionClient.Request());
        await server.Append(
            "lost",
            record => record,
            (EventTypes.TurnStarted, new EventData { Turn = 1, Attempt = 1, Participant = "1" }),
            (EventTypes.TurnRestarted, new EventData { Turn = 1, Attempt = 4, Reason = Reasons.InstanceLost }),
            (EventTypes.TurnDelta, new EventData { Turn = 1, Attempt = 4, At = 0, Text = "Half a " }));
    }

    private static async Task Cancel(HttpClient http, string id)
    {
        using var cancelled = await http.PostAsync($"/discussions/{id}/cancel", null, Test);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
    }

    private sealed class LastSpeaksTwice : IModerator
    {
        public ValueTask<Participant?> NextAsync(Transcript transcript, CancellationToken cancellationToken) =>
            ValueTask.FromResult(transcript.Turns.Count < 2 ? transcript.Participants[^1] : null);
    }
}
