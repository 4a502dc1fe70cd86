using System.Net;
using System.Runtime.CompilerServices;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers in an app of their own, as the README shows it.</summary>
public sealed class ResumableAnswersTests
{
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_generated_once_for_all_its_readers()
    {
        await using var app = await AnswerApp.Start(Generate);
        var first = Read(app);
        var second = Read(app);
        _rest.SetResult();
        foreach (var viewer in await Task.WhenAll(first, second))
        {
            Assert.Equal("One two three.", Assert.Single(viewer.Texts));
            Assert.Equal("discussion.completed", viewer.End);
        }
        Assert.Equal(1, _calls);
        var late = await Read(app);
        Assert.Equal("One two three.", Assert.Single(late.Texts));
        using var end = await app.Open(late.LastId);
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
    }

    [Fact]
    public async Task An_answer_whose_model_reports_no_tokens_has_no_usage()
    {
        await using var app = await AnswerApp.Start(Generate);
        _rest.SetResult();
        await Read(app);
        using var answer = await app.Open();
        var wire = await answer.Text();
        Assert.Contains("One two three.", wire, StringComparison.Ordinal);
        Assert.DoesNotContain("usage", wire, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_goes_on_while_its_page_reloads()
    {
        await using var app = await AnswerApp.Start(Generate);
        var viewer = new Viewer();
        using (var answer = await app.Open())
        {
            await foreach (var next in answer.Events())
            {
                viewer.Take(next);
                if (viewer.Texts is [{ Length: > 0 }]) break;
            }
        }
        _rest.SetResult();
        using (var answer = await app.Open(viewer.LastId))
        {
            await foreach (var next in answer.Events()) viewer.Take(next);
        }
        Assert.Equal("One two three.", Assert.Single(viewer.Texts));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task An_answer_can_be_cancelled_and_read()
    {
        await using var app = await AnswerApp.Start(Generate);
        var answers = app.Answers;
        Assert.Null(await answers.ReadAsync("/answers/42", Test));
        var reading = Read(app);
        while (await answers.ReadAsync("/answers/42", Test) is not { Text.Length: > 0 })
            await Task.Delay(TimeSpan.FromMilliseconds(10), Test);
        await answers.CancelAsync("/answers/42", Test);
        var viewer = await reading;
        Assert.Equal("discussion.cancelled", viewer.End);
        var turn = await answers.ReadAsync("/answers/42", Test);
        Assert.Equal(("One ", "cancelled"), (turn?.Text, turn?.Finish));
        await _stopped.Task.Within("cancellation of the text's source");
    }

    private static async Task<Viewer> Read(AnswerApp app)
    {
        var viewer = new Viewer();
        using var answer = await app.Open();
        await foreach (var next in answer.Events()) viewer.Take(next);
        return viewer;
    }

    private async IAsyncEnumerable<string> Generate([EnumeratorCancellation] CancellationToken stop)
    {
        Interlocked.Increment(ref _calls);
        yield return "One ";
        try
        {
            await _rest.Task.WaitAsync(stop);
        }
        finally
        {
            if (stop.IsCancellationRequested) _stopped.TrySetResult();
        }
        yield return "two ";
        yield return "three.";
    }
}
