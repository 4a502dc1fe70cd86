using System.Net;
using System.Text;
using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>The adapters of discussions, byte for byte. <see cref="AdapterClientTests"/> proves that the real clients
/// understand them.</summary>
public sealed class AdapterTests
{
    private const string Run = """{"threadId":"t","runId":"r","messages":[],"tools":[],"context":[],"state":{}}""";
    private const string Stream = "/discussions/debate/stream";
    private const string AgUi = "/discussions/debate/ag-ui";

    private const string AdaStarts =
        """{"type":"data-turn","id":"turn-1","data":{"turn":1,"attempt":1,"participant":"1","name":"Ada"}}""";

    private const string SnapshotOfNothing = """{"type":"MESSAGES_SNAPSHOT","messages":[]}""";
    private const string RunStarted =
        """{"type":"RUN_STARTED","threadId":"t","runId":"r","protocolVersion":"1.0"}""";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_discussion_is_a_UI_message_stream_with_these_bytes()
    {
        await using var discussion = await ModelDiscussion.Start(
            ModelAnswers.Words("Tea, \"naturally\" \ud83c\udf75"), ModelAnswers.Words("Coffee."));
        await discussion.Begin();
        using var answer = await discussion.Server.Get(Stream);
        AssertEvents(
            [
                """{"type":"start","messageId":"debate"}""",
                """{"type":"start-step"}""",
                AdaStarts,
                """{"type":"text-start","id":"turn-1"}""",
                """{"type":"text-delta","id":"turn-1","delta":"Tea, \"naturally\" """ + "\\uD83C\\uDF75\"}",
                """{"type":"text-end","id":"turn-1"}""",
                """{"type":"finish-step"}""",
                """{"type":"start-step"}""",
                """{"type":"data-turn","id":"turn-2","data":{"turn":2,"attempt":1,"participant":"2","name":"Bob"}}""",
                """{"type":"text-start","id":"turn-2"}""",
                """{"type":"text-delta","id":"turn-2","delta":"Coffee."}""",
                """{"type":"text-end","id":"turn-2"}""",
                """{"type":"finish-step"}""",
                """{"type":"finish","finishReason":"stop"}""",
                "[DONE]",
            ],
            await answer.Text());
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("v1", Assert.Single(answer.Headers.GetValues("x-vercel-ai-ui-message-stream")));
        Assert.Equal("no", Assert.Single(answer.Headers.GetValues("x-accel-buffering")));
    }

    [Fact]
    public async Task A_discussion_is_a_run_of_AG_UI_with_these_bytes()
    {
        await using var discussion = await ModelDiscussion.Start(
            ModelAnswers.Words("Tea."), ModelAnswers.Words("Coffee."));
        await discussion.Begin();
        using var answer = await Post(discussion.Server, Run);
        AssertEvents(
            [
                RunStarted,
                SnapshotOfNothing,
                """{"type":"TEXT_MESSAGE_START","messageId":"turn-1","role":"assistant","name":"Ada"}""",
                """{"type":"TEXT_MESSAGE_CONTENT","messageId":"turn-1","delta":"Tea."}""",
                """{"type":"TEXT_MESSAGE_END","messageId":"turn-1"}""",
                """{"type":"TEXT_MESSAGE_START","messageId":"turn-2","role":"assistant","name":"Bob"}""",
                """{"type":"TEXT_MESSAGE_CONTENT","messageId":"turn-2","delta":"Coffee."}""",
                """{"type":"TEXT_MESSAGE_END","messageId":"turn-2"}""",
                """{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":{"type":"success"}}""",
            ],
            await answer.Text());
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        using var again = await Post(discussion.Server, Run);
        AssertEvents(
            [
                RunStarted,
                """{"type":"MESSAGES_SNAPSHOT","messages":["""
                    + """{"id":"turn-1","role":"assistant","name":"Ada","content":"Tea."},"""
                    + """{"id":"turn-2","role":"assistant","name":"Bob","content":"Coffee."}]}""",
                """{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":{"type":"success"}}""",
            ],
            await again.Text());
    }

    [Fact]
    public async Task A_turn_that_is_begun_again_is_reset_in_a_UI_message_stream()
    {
        var drop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discussion = await ModelDiscussion.Start(
            ModelAnswers.Drops("Te", drop.Task), ModelAnswers.Words("Tea."));
        await discussion.Begin(turns: 1);
        using var answer = await discussion.Server.Get(Stream);
        var wire = await Text(answer, until: "\"Te\"", drop.SetResult);
        AssertEvents(
            [
                """{"type":"start","messageId":"debate"}""",
                """{"type":"start-step"}""",
                AdaStarts,
                """{"type":"text-start","id":"turn-1"}""",
                """{"type":"text-delta","id":"turn-1","delta":"Te"}""",
                """{"type":"reset-step"}""",
                AdaStarts.Replace("\"attempt\":1", "\"attempt\":2", StringComparison.Ordinal),
                """{"type":"text-start","id":"turn-1"}""",
                """{"type":"text-delta","id":"turn-1","delta":"Tea."}""",
                """{"type":"text-end","id":"turn-1"}""",
                """{"type":"finish-step"}""",
                """{"type":"finish","finishReason":"stop"}""",
                "[DONE]",
            ],
            wire);
    }

    [Fact]
    public async Task A_turn_that_is_begun_again_is_taken_back_in_a_run_of_AG_UI()
    {
        var drop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discussion = await ModelDiscussion.Start(
            ModelAnswers.Drops("Te", drop.Task), ModelAnswers.Words("Tea."));
        await discussion.Begin(turns: 1);
        using var answer = await Post(discussion.Server, Run);
        var wire = await Text(answer, until: "\"Te\"", drop.SetResult);
        AssertEvents(
            [
                RunStarted,
                SnapshotOfNothing,
                """{"type":"TEXT_MESSAGE_START","messageId":"turn-1","role":"assistant","name":"Ada"}""",
                """{"type":"TEXT_MESSAGE_CONTENT","messageId":"turn-1","delta":"Te"}""",
                """{"type":"TEXT_MESSAGE_END","messageId":"turn-1"}""",
                SnapshotOfNothing,
                """{"type":"TEXT_MESSAGE_START","messageId":"turn-1","role":"assistant","name":"Ada"}""",
                """{"type":"TEXT_MESSAGE_CONTENT","messageId":"turn-1","delta":"Tea."}""",
                """{"type":"TEXT_MESSAGE_END","messageId":"turn-1"}""",
                """{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":{"type":"success"}}""",
            ],
            wire);
    }

    [Fact]
    public async Task A_failure_is_told_in_plain_words_without_the_providers()
    {
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Error(401, "bad_key", "key"));
        await discussion.Begin();
        using var messages = await discussion.Server.Get(Stream);
        AssertEvents(
            [
                """{"type":"start","messageId":"debate"}""",
                """{"type":"start-step"}""",
                AdaStarts,
                """{"type":"text-start","id":"turn-1"}""",
                """{"type":"reset-step"}""",
                """{"type":"finish-step"}""",
                """{"type":"error","errorText":"The discussion has ended: the model's server refused the app."}""",
                """{"type":"finish","finishReason":"error"}""",
                "[DONE]",
            ],
            await messages.Text());
        using var run = await Post(discussion.Server, Run);
        AssertEvents(
            [
                RunStarted,
                SnapshotOfNothing,
                """{"type":"RUN_ERROR","message":"The discussion has ended: the model's server refused the app.","""
                    + "\"code\":\"provider_refused\"}",
            ],
            await run.Text());
    }

    [Fact]
    public async Task A_UI_message_stream_of_a_discussion_that_has_ended_is_204_unless_its_replay_is_wanted()
    {
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Words("Tea."));
        await discussion.Begin(turns: 1);
        using var live = await discussion.Server.Get(Stream);
        var events = await live.Text();
        using var ended = await discussion.Server.Get(Stream);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var replay = await discussion.Server.Get($"{Stream}?ended=replay");
        AssertEvents(Events(events), await replay.Text());
    }

    [Fact]
    public async Task A_cancelled_discussion_is_aborted_or_cancelled_and_keeps_its_words()
    {
        await using var discussion = await ModelDiscussion.Start(ModelAnswers.Silence("Tea"));
        await discussion.Begin();
        using var messages = await discussion.Server.Get(Stream);
        using var run = await Post(discussion.Server, Run);
        Task<HttpResponseMessage>? cancel = null;
        var wire = await Text(messages, until: "\"Tea\"", () =>
            cancel = discussion.Server.Http.PostAsync("/discussions/debate/cancel", null, Test));
        using var cancelled = await (cancel ?? throw new InvalidOperationException());
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal(
            [
                """{"type":"text-delta","id":"turn-1","delta":"Tea"}""",
                """{"type":"text-end","id":"turn-1"}""",
                """{"type":"finish-step"}""",
                """{"type":"abort","reason":"cancelled"}""",
                """{"type":"finish","finishReason":"other"}""",
                "[DONE]",
            ],
            Events(wire)[^6..]);
        Assert.Equal(
            [
                """{"type":"TEXT_MESSAGE_CONTENT","messageId":"turn-1","delta":"Tea"}""",
                """{"type":"TEXT_MESSAGE_END","messageId":"turn-1"}""",
                """{"type":"RUN_FINISHED","threadId":"t","runId":"r","outcome":{"type":"cancelled"}}""",
            ],
            Events(await run.Text())[^3..]);
    }

    [Theory]
    [InlineData("GET", "/discussions/nobody/stream")]
    [InlineData("POST", "/discussions/nobody/ag-ui")]
    public async Task Unknown_discussions_are_not_found_by_adapters(string method, string path)
    {
        await using var discussion = await ModelDiscussion.Start();
        using var answer = await discussion.Server.Send(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("{", 400, "not JSON")]
    [InlineData("[]", 400, "RunAgentInput")]
    [InlineData("{\"threadId\":\"t\"}", 400, "runId")]
    [InlineData("{\"threadId\":1,\"runId\":\"r\"}", 400, "threadId")]
    [InlineData("{\"threadId\":\"\",\"runId\":\"r\"}", 400, "threadId")]
    [InlineData("{\"threadId\":\"\\ud800\",\"runId\":\"r\"}", 400, "surrogate")]
    public async Task Bad_runs_are_told_what_to_change(string body, int status, string title)
    {
        await using var discussion = await ModelDiscussion.Start();
        await discussion.Begin();
        using var answer = await Post(discussion.Server, body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(title, await answer.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_are_too_long_or_not_JSON_are_refused()
    {
        await using var discussion = await ModelDiscussion.Start();
        await discussion.Begin();
        using var tooLong = await Post(discussion.Server, new string(' ', (4 * 1024 * 1024) + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
        using var text = await discussion.Server.Http.PostAsync(AgUi, new StringContent(Run), Test);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
    }

    [Fact]
    public async Task A_private_discussion_needs_a_token_through_an_adapter_too()
    {
        await using var discussion = await ModelDiscussion.Start();
        var request = DiscussionClient.Request();
        request["private"] = true;
        using var start = new HttpRequestMessage(HttpMethod.Put, "/discussions/debate")
        {
            Content = new StringContent(JsonSerializer.Serialize(request), Encoding.UTF8, "application/json"),
        };
        start.Headers.Authorization = new("Bearer", Jwt.Publisher("*"));
        using var started = await discussion.Server.Http.SendAsync(start, Test);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        using var messages = await discussion.Server.Get(Stream);
        Assert.Equal(HttpStatusCode.Unauthorized, messages.StatusCode);
        using var run = await Post(discussion.Server, Run);
        Assert.Equal(HttpStatusCode.Unauthorized, run.StatusCode);
        using var right = await discussion.Server.Get(
            Stream, HubClient.Bearer(Jwt.Subscriber("/discussions/debate")));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    private static Task<HttpResponseMessage> Post(LocalHostServer server, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, AgUi)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
    }

    // Calls back when the stream has these words, and returns the whole stream.
    private static async Task<string> Text(HttpResponseMessage answer, string until, Action then)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Test));
        var wire = new StringBuilder();
        var isCalled = false;
        while (await reader.ReadLineAsync(Test).AsTask().Within("next line") is { } line)
        {
            wire.Append(line).Append('\n');
            if (isCalled || !line.Contains(until, StringComparison.Ordinal)) continue;
            isCalled = true;
            then();
        }
        return wire.ToString();
    }

    // Whole bytes: what a stream has at its beginning, and nothing between the events.
    private static void AssertEvents(IReadOnlyList<string> expected, string wire)
    {
        Assert.Equal(expected, Events(wire));
        var opening = wire.IndexOf("data: ", StringComparison.Ordinal);
        Assert.Matches(@"^: open\nretry: \d+\n$", wire[..opening]);
        Assert.Equal(string.Concat(expected.Select(data => $"data: {data}\n\n")), wire[opening..]);
    }

    private static string[] Events(string wire) =>
    [
        .. wire.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .Select(line => line["data: ".Length..]),
    ];
}
