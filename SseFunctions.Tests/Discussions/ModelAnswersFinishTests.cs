using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>What a model says about its answer besides the words.</summary>
public sealed class ModelAnswersFinishTests : IAsyncDisposable
{
    private WebApplication? _app;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("length", "length")]
    [InlineData("content_filter", "content_filter")]
    [InlineData("something_new", "stop")]
    public async Task Viewers_and_readers_are_told_why_the_answer_ended(string reason, string finish)
    {
        var (turn, completed) = await Answer(
            new ChatResponseUpdate(ChatRole.Assistant, "Half a "),
            new ChatResponseUpdate(ChatRole.Assistant, "text") { FinishReason = new ChatFinishReason(reason) });
        Assert.Equal(("Half a text", finish), (turn.Text, turn.Finish));
        Assert.Equal(finish, completed.GetProperty("finish").GetString());
        Assert.Null(turn.Usage);
    }

    [Fact]
    public async Task Of_several_calls_of_the_model_the_last_reason_and_the_tokens_of_all_count()
    {
        var (turn, completed) = await Answer(
            new ChatResponseUpdate(ChatRole.Assistant, [Tokens(3, 4)]) { FinishReason = ChatFinishReason.ToolCalls },
            new ChatResponseUpdate(ChatRole.Assistant, "Words") { FinishReason = ChatFinishReason.Length },
            new ChatResponseUpdate(ChatRole.Assistant, [Tokens(10, 20)]));
        Assert.Equal(("Words", "length", new TokenUsage(13, 24)), (turn.Text, turn.Finish, turn.Usage));
        Assert.Equal(24, completed.GetProperty("usage").GetProperty("output").GetInt64());
    }

    private static UsageContent Tokens(long input, long output) =>
        new(new UsageDetails { InputTokenCount = input, OutputTokenCount = output });

    private async Task<(Turn Turn, JsonElement Completed)> Answer(params ChatResponseUpdate[] updates)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSseDiscussions(builder.Configuration);
        // So that the reader gets the end of the turn as an event, and not in the snapshot.
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async IAsyncEnumerable<ChatResponseUpdate> Generate([EnumeratorCancellation] CancellationToken stop)
        {
            await isRead.Task.WaitAsync(stop);
            foreach (var update in updates) yield return update;
        }
        _app = builder.Build();
        _app.MapGet("/answers/1", async (HttpContext context, ResumableAnswers answers) =>
        {
            var result = await answers.StreamAsync(
                context.Request, "/answers/1", Generate, context.RequestAborted);
            await result.ExecuteAsync(context);
        });
        await _app.StartAsync(Test);
        using var http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Limits.Soon };
        using var answer = await http.GetAsync("/answers/1", HttpCompletionOption.ResponseHeadersRead, Test);
        var completed = "";
        await foreach (var next in answer.Events())
        {
            isRead.TrySetResult();
            if (next.EventType == "turn.completed") completed = next.Data;
        }
        var turn = await _app.Services.GetRequiredService<ResumableAnswers>().ReadAsync("/answers/1", Test);
        Assert.NotNull(turn);
        using var data = JsonDocument.Parse(completed);
        return (turn, data.RootElement.Clone());
    }
}
