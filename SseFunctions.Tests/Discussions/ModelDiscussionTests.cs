using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Discussions whose participants are models, which answer well or badly.</summary>
public sealed class ModelDiscussionTests
{
    private const string Key = "secret-of-the-model";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Viewers_see_the_words_of_the_model_and_its_tokens()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.Words("One ", "and ", "two."));
        await using var server = await Start(model);
        var (viewer, transcript) = await Watch(server);
        Assert.Equal(["One and two.", "One and two."], viewer.Texts);
        Assert.Equal(new TokenUsage(20, 40), transcript.Usage);
        Assert.Equal(new TokenUsage(10, 20), transcript.Turns[0].Usage);
        Assert.Equal($"Bearer {Key}", (await model.Next()).Authorization);
    }

    [Fact]
    public async Task The_first_word_is_with_the_viewer_at_once()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(ModelAnswers.Gated(
            index => index == 0 ? Task.CompletedTask : rest.Task, "First", " and last."));
        // The app's clock stands still: a first word that waits for a timer, or for the next words, does not come.
        await using var server = await LocalHostServer.Start(
            new FakeTimeProvider(DateTimeOffset.UtcNow), Settings(model));
        var id = await server.Http.Start(DiscussionClient.Request(turns: 1));
        using var answer = await server.Http.Open(id);
        var viewer = await answer.UntilWords().Within("first word");
        Assert.Equal(["First"], viewer.Texts);
        rest.SetResult();
    }

    public static TheoryData<string, string> Failures => new()
    {
        { "401", ParticipantException.ProviderRefused },
        { "429", ParticipantException.ProviderBusy },
        { "500", ParticipantException.ProviderError },
        { "garbage", ParticipantException.ProviderError },
        { "page", ParticipantException.ProviderError },
        { "nothing", ParticipantException.ProviderError },
        { "half a chunk", ParticipantException.ProviderError },
        { "breaks off", ParticipantException.ProviderError },
        { "silence", ParticipantException.Silence },
        { "no words", ParticipantException.NoWords },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_model_that_always_fails_ends_the_discussion_with_a_reason(string kind, string reason)
    {
        await using var model = await FakeModelServer.Start(Answer(kind));
        await using var server = await Start(model, kind == "silence" ? ["Discussions:ModelSilence=00:00:01"] : []);
        var id = await server.Http.Start();
        var viewer = new Viewer();
        var events = await server.Http.Watch(id, await server.Http.LastId(id));
        foreach (var next in events) viewer.Take(next);
        var transcript = await server.Http.Transcript(id);
        Assert.Equal("discussion.failed", viewer.End);
        Assert.Equal((DiscussionState.Failed, reason), (transcript.State, transcript.Reason));
        Assert.Empty(transcript.Turns);
        Assert.Empty(viewer.Texts);
        var attempts = kind == "401" ? 1 : 4;
        using var failed = JsonDocument.Parse(Assert.Single(events, next => next.EventType == "turn.failed").Data);
        Assert.Equal(attempts, failed.RootElement.GetProperty("attempt").GetInt32());
        // On a busy machine, a call may be given up for its silence before it arrives.
        Assert.InRange(model.Calls.Count, kind == "silence" ? 0 : attempts, attempts);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_model_that_fails_once_is_asked_again(string kind, string reason)
    {
        if (kind == "401") return;
        await using var model = await FakeModelServer.Start(Answer(kind), ModelAnswers.Words("Now it works."));
        // The silence is long, because the second call must be answered within this time too.
        await using var server = await Start(model, kind == "silence" ? ["Discussions:ModelSilence=00:00:10"] : []);
        var id = await server.Http.Start(DiscussionClient.Request(turns: 1));
        var viewer = new Viewer();
        var events = await server.Http.Watch(id, await server.Http.LastId(id));
        foreach (var next in events) viewer.Take(next);
        Assert.Equal("Now it works.", Assert.Single(viewer.Texts));
        var restarted = Assert.Single(events, next => next.EventType == "turn.restarted");
        Assert.Contains(reason, restarted.Data, StringComparison.Ordinal);
        Assert.Equal("discussion.completed", viewer.End);
    }

    [Fact]
    public async Task Ten_megabytes_are_cut_off()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.Flood());
        await using var server = await Start(model);
        var (viewer, transcript) = await Watch(server, turns: 1);
        var turn = Assert.Single(transcript.Turns);
        Assert.Equal("length", turn.Finish);
        Assert.InRange(turn.Text.Length, 1000, 64 * 1024);
        Assert.Equal(turn.Text, Assert.Single(viewer.Texts));
        await (await model.Next()).Aborted;
    }

    [Fact]
    public async Task No_key_and_no_words_of_the_provider_reach_viewers()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.Error(500, "boom", "inner secret"));
        await using var server = await Start(model);
        var id = await server.Http.Start(DiscussionClient.Request(turns: 1));
        using var answer = await server.Http.Open(id);
        var wire = await answer.Content.ReadAsStringAsync(Test) + await server.Http.GetStringAsync(
            $"/discussions/{id}", Test);
        Assert.DoesNotContain("inner secret", wire, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, wire, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Logs.Warnings, line => line.ToString().Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_tokens_of_a_discussion_and_of_a_day_are_limited()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.Words("Words."));
        // The clock stands still, so that the day does not end.
        await using var server = await LocalHostServer.Start(
            new FakeTimeProvider(DateTimeOffset.UtcNow), [.. Settings(model), "Discussions:TokensPerDay=100"]);
        var request = DiscussionClient.Request(turns: 10);
        request["limits"] = new { turns = 10, tokens = 60 };
        var id = await server.Http.Start(request);
        await server.Http.Watch(id);
        var first = await server.Http.Transcript(id);
        Assert.Equal(("tokens", 2), (first.Reason, first.Turns.Count));
        var (_, second) = await Watch(server, turns: 10);
        Assert.Equal(("budget", 2), (second.Reason, second.Turns.Count));
    }

    [Fact]
    public async Task The_tokens_of_attempts_that_fail_count_for_the_day()
    {
        await using var model = await FakeModelServer.Start(ModelAnswers.BreaksOff(new string('a', 4000)));
        await using var server = await Start(model, "Discussions:TokensPerDay=1000");
        var began = DateTimeOffset.UtcNow;
        await Watch(server, turns: 1);
        // A discussion that is started now must find them counted.
        var spent = await Spent(server, began);
        Assert.InRange(spent, 4 * 1000, 4 * 1000 * 2);
    }

    [Fact]
    public async Task The_tokens_of_a_turn_that_is_cancelled_count_for_the_day_although_its_model_does_not_stop()
    {
        const int PersonaLength = 2000;
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton<IChatClient>(new EndlessChatClient()),
            null,
            "Discussions:Anonymous=true");
        var request = DiscussionClient.Request();
        request["participants"] = new object[]
        {
            new { name = "Ada", persona = new string('a', PersonaLength) },
            new { name = "Bob", persona = new string('b', PersonaLength) },
        };
        var began = DateTimeOffset.UtcNow;
        var id = await server.Http.Start(request);
        using (var answer = await server.Http.Open(id)) await answer.UntilWords();
        using var cancelled = await server.Http.PostAsync($"/discussions/{id}/cancel", null, Test);
        var limit = DateTime.UtcNow + Limits.Soon;
        long spent;
        while ((spent = await Spent(server, began)) == 0)
        {
            Assert.True(DateTime.UtcNow < limit, "The tokens were not counted.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
        // The model has read both personas: four UTF-16 units are one token.
        Assert.InRange(spent, 2 * PersonaLength / 4, 2 * PersonaLength);
    }

    [Fact]
    public async Task A_turn_is_not_begun_again_while_nobody_watches()
    {
        var breakOff = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(
            async call =>
            {
                await call.Say("Half");
                await breakOff.Task.WaitAsync(call.Token);
            },
            ModelAnswers.Words("Whole."));
        await using var server = await Start(model);
        var id = await server.Http.Start(DiscussionClient.Request(turns: 1));
        using (var answer = await server.Http.Open(id)) await answer.UntilWords();
        // If the turn failed before the app knows that the viewer has left, it would be begun again.
        await server.Logs.First(DiscussionClient.ViewerHasLeft);
        breakOff.SetResult();
        var limit = DateTime.UtcNow + Limits.Soon;
        while ((await server.Http.Transcript(id)).State != DiscussionState.Paused)
        {
            Assert.True(DateTime.UtcNow < limit, "The discussion has not paused.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Test);
        }
        Assert.Single(model.Calls);
        var events = await server.Http.Watch(id, await server.Http.LastId(id));
        Assert.Equal(
            ["discussion.resumed", "turn.delta", "turn.completed", "discussion.completed"],
            events.Select(next => next.EventType).Distinct());
        var turn = Assert.Single((await server.Http.Transcript(id)).Turns);
        Assert.Equal(("Whole.", 2), (turn.Text, turn.Attempt));
    }

    private static async Task<long> Spent(LocalHostServer server, DateTimeOffset began)
    {
        var counts = server.Services.GetRequiredService<ISharedCounts>();
        var spent = 0L;
        // The day may have ended meanwhile.
        foreach (var day in new[] { began, DateTimeOffset.UtcNow }
            .Select(time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Distinct())
            spent += await counts.AddAsync($"discussions:tokens:{day}", 0, TimeSpan.FromDays(1), Test);
        return spent;
    }

    private static Func<ModelCall, Task> Answer(string kind) => kind switch
    {
        "401" => ModelAnswers.Error(401, "invalid_api_key"),
        "429" => ModelAnswers.Error(429, "rate_limit"),
        "500" => ModelAnswers.Error(500, "boom"),
        "garbage" => ModelAnswers.Garbage(),
        "page" => ModelAnswers.Page(),
        "nothing" => ModelAnswers.Nothing(),
        "half a chunk" => ModelAnswers.HalfAChunk("Half"),
        "breaks off" => ModelAnswers.BreaksOff("Words"),
        "silence" => ModelAnswers.Silence("Well"),
        _ => ModelAnswers.Words(),
    };

    private static async Task<(Viewer Viewer, Transcript Transcript)> Watch(LocalHostServer server, int turns = 2)
    {
        var id = await server.Http.Start(DiscussionClient.Request(turns: turns));
        var viewer = new Viewer();
        foreach (var next in await server.Http.Watch(id)) viewer.Take(next);
        return (viewer, await server.Http.Transcript(id));
    }

    private static Task<LocalHostServer> Start(FakeModelServer model, params string[] settings) =>
        LocalHostServer.Start(settings: [.. Settings(model), .. settings]);

    private static string[] Settings(FakeModelServer model) =>
    [
        "Discussions:Anonymous=true",
        "Discussions:Models:0:Name=fake",
        $"Discussions:Models:0:Endpoint={model.Url}",
        $"Discussions:Models:0:Key={Key}",
        "Discussions:Models:0:Model=fake",
    ];

    // Says a word, and then nothing more. It does not listen to its token.
    private sealed class EndlessChatClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Well, ");
            await Task.Delay(Timeout.Infinite, Test);
        }

        public object? GetService(Type serviceType, object? serviceKey) => null;

        public void Dispose()
        {
        }
    }
}
