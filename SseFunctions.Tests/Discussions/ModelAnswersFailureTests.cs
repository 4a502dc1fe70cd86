using Microsoft.Extensions.AI;
using SseFunctions.Discussions;
using SseFunctions.Discussions.Models;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers of the real client of OpenAI whose server refuses.</summary>
public sealed class ModelAnswersFailureTests
{
    private const string ProviderText = "inner secret";

    [Fact]
    public async Task An_answer_whose_key_is_refused_fails_at_once_with_its_reason()
    {
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Error(401, "invalid_api_key", ProviderText));
        await using var app = await Start(model);
        using var answer = await app.Open();
        var wire = await answer.Text();
        Assert.Contains("\"reason\":\"provider_refused\"", wire, StringComparison.Ordinal);
        Assert.Single(model.Calls);
    }

    [Fact]
    public async Task A_busy_server_is_the_reason_and_is_asked_again()
    {
        // Otherwise the failure could be in the snapshot.
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await FakeModelServer.Start(
            async call =>
            {
                await isRead.Task.WaitAsync(call.Token);
                await ModelAnswers.Error(429, "rate_limit_exceeded")(call);
            },
            ModelAnswers.Words("Now it works."));
        await using var app = await Start(model);
        var viewer = new Viewer();
        List<string> restarted = [];
        using var answer = await app.Open();
        await foreach (var next in answer.Events())
        {
            isRead.TrySetResult();
            viewer.Take(next);
            if (next.EventType == "turn.restarted") restarted.Add(next.Data);
        }
        Assert.Equal("""{"turn":1,"attempt":2,"reason":"provider_busy"}""", Assert.Single(restarted));
        Assert.Equal("Now it works.", Assert.Single(viewer.Texts));
    }

    [Fact]
    public async Task The_log_has_the_status_and_not_the_words_of_the_provider()
    {
        await using var model = await FakeModelServer.Start(
            ModelAnswers.Error(401, "invalid_api_key", ProviderText));
        await using var app = await Start(model);
        using var answer = await app.Open();
        await answer.Text();
        var failed = await app.Logs.First("Turn 1 of the discussion /answers/42 failed in attempt");
        Assert.Contains("401", $"{failed.Exception}", StringComparison.Ordinal);
        Assert.DoesNotContain(
            app.Logs.Entries,
            line => $"{line.Message} {line.Exception}".Contains(ProviderText, StringComparison.Ordinal));
    }

    private static Task<AnswerApp> Start(FakeModelServer server)
    {
        var client = ModelClient.Create(
            new ModelOptions { Name = "m", Model = "fake", Endpoint = server.Url, Key = "key" },
            TimeSpan.FromMinutes(1));
        return AnswerApp.StartModel(stop => client.GetStreamingResponseAsync("Why?", null, stop));
    }
}
