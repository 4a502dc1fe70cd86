using System.Net;
using System.Text.Json;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions, as the real clients of the AI SDK and of AG-UI see them.</summary>
public sealed class AdapterClientTests
{
    private const string AiSdk = "ai-sdk.mjs";
    private const string AgUi = "ag-ui.mjs";
    private const string Debate = "debate";
    private const string Opening = "Let me begin. ";
    private const string Half = "On the one hand ";
    private const string Rest = "and on the other \ud83d\ude42.";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string> Programs => [AiSdk, AgUi];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_sees_a_whole_discussion(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        await using var server = await LocalHostServer.Start(settings:
            ["Discussions:Anonymous=true", "Discussions:Scripted:WordDelay=00:00:00.002"]);
        await server.Http.StartAs(Debate, DiscussionClient.Request(turns: 4));
        var seen = await AdapterClient.Run(program, server, Debate);
        var transcript = await server.Http.Transcript(Debate);
        Assert.Equal(DiscussionState.Completed, transcript.State);
        Assert.Equal(4, transcript.Turns.Count);
        AssertSees(transcript, program, seen);
        AssertEnd(program, seen, "stop", "success");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_that_comes_in_the_middle_of_a_turn_sees_the_same(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discussion = await WithPause(goOn.Task);
        var early = discussion.Server.Http.Watch(Debate);
        await UntilHalf(discussion.Server);
        var seen = await AdapterClient.Run(
            program, discussion.Server, Debate, signalAt: Half, signaled: goOn.SetResult);
        await early.Within("end");
        var transcript = await discussion.Server.Http.Transcript(Debate);
        Assert.Equal([Opening, Half + Rest, "Done."], transcript.Turns.Select(turn => turn.Text));
        AssertSees(transcript, program, seen);
        AssertEnd(program, seen, "stop", "success");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_whose_connection_breaks_comes_back_and_sees_no_word_twice(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discussion = await WithPause(goOn.Task);
        var seen = await AdapterClient.Run(
            program, discussion.Server, Debate, cutAt: Half, signalAt: Half, signaled: goOn.SetResult);
        var transcript = await discussion.Server.Http.Transcript(Debate);
        Assert.Equal([Opening, Half + Rest, "Done."], transcript.Turns.Select(turn => turn.Text));
        AssertSees(transcript, program, seen);
        if (program == AgUi)
        {
            Assert.Equal(["run-1", "run-2"], seen.GetProperty("started").EnumerateArray()
                .Select(run => run.GetProperty("runId").GetString()));
            return;
        }
        var ends = seen.GetProperty("ends").EnumerateArray().ToArray();
        Assert.Equal([true, false], ends.Select(end => end.GetProperty("isDisconnect").GetBoolean()));
        Assert.Equal("stop", ends[1].GetProperty("finishReason").GetString());
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_whose_streams_are_renewed_comes_back_until_the_end(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        await using var server = await LocalHostServer.Start(settings:
        [
            "Discussions:Anonymous=true",
            "Discussions:Scripted:WordDelay=00:00:00.020",
            "Streaming:MaxDuration=00:00:01",
        ]);
        await server.Http.StartAs(Debate, DiscussionClient.Request(turns: 3));
        var seen = await AdapterClient.Run(program, server, Debate, replay: true);
        var transcript = await server.Http.Transcript(Debate);
        Assert.Equal(3, transcript.Turns.Count);
        AssertSees(transcript, program, seen);
        Assert.True(seen.GetProperty(program == AgUi ? "started" : "ends").GetArrayLength() > 1);
        Assert.Empty(seen.GetProperty("errors").EnumerateArray());
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_drops_the_words_of_a_turn_that_is_begun_again(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        var drop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discussion = await ModelDiscussion.Start(
            ["Discussions:ModelSilence=00:05:00"],
            ModelAnswers.Words(Opening),
            ModelAnswers.Drops("Dropped wor", drop.Task),
            ModelAnswers.Words(Half, Rest));
        await discussion.Begin();
        var seen = await AdapterClient.Run(
            program, discussion.Server, Debate, signalAt: "Dropped wor", signaled: drop.SetResult);
        var transcript = await discussion.Server.Http.Transcript(Debate);
        Assert.Equal([Opening, Half + Rest], transcript.Turns.Select(turn => turn.Text));
        Assert.Equal([1, 2], transcript.Turns.Select(turn => turn.Attempt));
        AssertSees(transcript, program, seen);
        AssertEnd(program, seen, "stop", "success");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_sees_that_a_discussion_is_cancelled(string program)
    {
        AdapterClient.SkipUnlessInstalled();
        await using var discussion = await WithPause(Task.Delay(Timeout.Infinite, Test));
        Task<HttpResponseMessage>? cancel = null;
        var seen = await AdapterClient.Run(
            program, discussion.Server, Debate, signalAt: Half, signaled: () =>
                cancel = discussion.Server.Http.PostAsync($"/discussions/{Debate}/cancel", null, Test));
        using var cancelled = await (cancel ?? throw new InvalidOperationException());
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        var transcript = await discussion.Server.Http.Transcript(Debate);
        Assert.Equal([Opening, Half], transcript.Turns.Select(turn => turn.Text));
        AssertSees(transcript, program, seen);
        AssertEnd(program, seen, "other", "cancelled");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_client_is_told_that_a_discussion_has_failed(string program)
    {
        const string Words = "The discussion has ended: the model's server refused the app.";
        AdapterClient.SkipUnlessInstalled();
        await using var discussion = await ModelDiscussion.Start(
            ModelAnswers.Words(Opening), ModelAnswers.Error(401, "bad_key", "key"));
        await discussion.Begin();
        var seen = await AdapterClient.Run(program, discussion.Server, Debate);
        AssertSees(await discussion.Server.Http.Transcript(Debate), program, seen);
        var error = Assert.Single(seen.GetProperty("errors").EnumerateArray());
        Assert.Equal(Words, program == AgUi ? error.GetProperty("message").GetString() : error.GetString());
    }

    [Fact]
    public async Task The_AI_SDK_resumes_nothing_after_the_end_unless_it_asks_for_the_replay()
    {
        AdapterClient.SkipUnlessInstalled();
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Words(Opening));
        await discussion.Begin();
        await discussion.Server.Http.Watch(Debate);
        var nothing = await AdapterClient.Run(AiSdk, discussion.Server, Debate);
        Assert.Equal("ready", nothing.GetProperty("status").GetString());
        Assert.Empty(nothing.GetProperty("messages").EnumerateArray());
        Assert.Empty(nothing.GetProperty("errors").EnumerateArray());
        var replay = await AdapterClient.Run(AiSdk, discussion.Server, Debate, replay: true);
        AssertSees(await discussion.Server.Http.Transcript(Debate), AiSdk, replay);
        AssertEnd(AiSdk, replay, "stop", "");
    }

    [Fact]
    public async Task AG_UI_gets_everything_after_the_end()
    {
        AdapterClient.SkipUnlessInstalled();
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Words(Opening));
        await discussion.Begin();
        await discussion.Server.Http.Watch(Debate);
        var seen = await AdapterClient.Run(AgUi, discussion.Server, Debate);
        AssertSees(await discussion.Server.Http.Transcript(Debate), AgUi, seen);
        AssertEnd(AgUi, seen, "", "success");
    }

    // The second of three turns stops in the middle. The clients get many comments in the meantime.
    private static async Task<ModelDiscussion> WithPause(Task goOn)
    {
        var discussion = await ModelDiscussion.Start(
            // The model is silent until the client has started, which takes seconds on a busy machine.
            ["Streaming:Heartbeat=00:00:00.020", "Discussions:ModelSilence=00:05:00"],
            ModelAnswers.Words(Opening),
            ModelAnswers.Gated(index => index == 0 ? Task.CompletedTask : goOn, Half, Rest),
            ModelAnswers.Words("Done."));
        await discussion.Begin(turns: 3);
        return discussion;
    }

    private static async Task UntilHalf(LocalHostServer server)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while ((await server.Http.Transcript(Debate)).Turns is not [_, { Text: Half }])
        {
            Assert.True(DateTime.UtcNow < limit, "The second turn did not begin.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }

    private static void AssertSees(Transcript transcript, string program, JsonElement seen)
    {
        var names = transcript.Participants.ToDictionary(who => who.Id, who => who.Name);
        if (program == AgUi)
        {
            Assert.Equal(
                transcript.Turns.Select(turn => ($"turn-{turn.Number}", names[turn.Participant], turn.Text)),
                seen.GetProperty("messages").EnumerateArray().Select(message => (
                    message.GetProperty("id").GetString()!,
                    message.GetProperty("name").GetString()!,
                    message.GetProperty("content").GetString()!)));
            return;
        }
        var only = Assert.Single(seen.GetProperty("messages").EnumerateArray());
        Assert.Equal(transcript.Id, only.GetProperty("id").GetString());
        Assert.Equal("assistant", only.GetProperty("role").GetString());
        Assert.Equal(
            transcript.Turns.Select(turn => (turn.Number, turn.Attempt, names[turn.Participant], turn.Text)),
            seen.GetProperty("turns").EnumerateArray().Select(turn => (
                turn.GetProperty("turn").GetInt32(),
                turn.GetProperty("attempt").GetInt32(),
                turn.GetProperty("name").GetString()!,
                turn.GetProperty("text").GetString()!)));
    }

    private static void AssertEnd(string program, JsonElement seen, string finishReason, string outcome)
    {
        var end = Assert.Single(seen.GetProperty("ends").EnumerateArray());
        Assert.Empty(seen.GetProperty("errors").EnumerateArray());
        if (program == AgUi)
        {
            Assert.Equal(outcome, end.GetString());
            return;
        }
        Assert.Equal(finishReason, end.GetProperty("finishReason").GetString());
        Assert.Equal("ready", seen.GetProperty("status").GetString());
    }
}
