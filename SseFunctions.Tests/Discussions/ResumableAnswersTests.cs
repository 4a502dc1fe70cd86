using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers in an app of their own, as the README shows it.</summary>
public sealed class ResumableAnswersTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private int _calls;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_is_generated_once_for_all_its_readers()
    {
        using var http = await Start();
        var first = Read(http, null);
        var second = Read(http, null);
        _rest.SetResult();
        foreach (var viewer in await Task.WhenAll(first, second))
        {
            Assert.Equal("One two three.", Assert.Single(viewer.Texts));
            Assert.Equal("discussion.completed", viewer.End);
        }
        Assert.Equal(1, _calls);
        var late = await Read(http, null);
        Assert.Equal("One two three.", Assert.Single(late.Texts));
        using var end = await Open(http, late.LastId);
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
    }

    [Fact]
    public async Task An_answer_goes_on_while_its_page_reloads()
    {
        using var http = await Start();
        var viewer = new Viewer();
        using (var answer = await Open(http, null))
        {
            await foreach (var next in answer.Events())
            {
                viewer.Take(next);
                if (next.EventType == "turn.delta") break;
            }
        }
        _rest.SetResult();
        using (var answer = await Open(http, viewer.LastId))
        {
            await foreach (var next in answer.Events()) viewer.Take(next);
        }
        Assert.Equal("One two three.", Assert.Single(viewer.Texts));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task An_answer_can_be_cancelled_and_read()
    {
        using var http = await Start();
        var answers = _app!.Services.GetRequiredService<ResumableAnswers>();
        Assert.Null(await answers.ReadAsync("/answers/42", Test));
        var reading = Read(http, null);
        while (await answers.ReadAsync("/answers/42", Test) is not { Text.Length: > 0 })
            await Task.Delay(TimeSpan.FromMilliseconds(10), Test);
        await answers.CancelAsync("/answers/42", Test);
        var viewer = await reading;
        Assert.Equal("discussion.cancelled", viewer.End);
        var turn = await answers.ReadAsync("/answers/42", Test);
        Assert.Equal(("One ", "cancelled"), (turn?.Text, turn?.Finish));
        await _stopped.Task.Within("cancellation of the text's source");
    }

    private static async Task<Viewer> Read(HttpClient http, string? lastId)
    {
        var viewer = new Viewer();
        using var answer = await Open(http, lastId);
        await foreach (var next in answer.Events()) viewer.Take(next);
        return viewer;
    }

    private static Task<HttpResponseMessage> Open(HttpClient http, string? lastId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/answers/42");
        if (lastId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
    }

    private async Task<HttpClient> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSseDiscussions(builder.Configuration);
        _app = builder.Build();
        _app.MapGet("/answers/{id}", async (HttpContext context, string id, ResumableAnswers answers) =>
        {
            var result = await answers.StreamAsync(
                context.Request, $"/answers/{id}", Generate, context.RequestAborted);
            await result.ExecuteAsync(context);
        });
        await _app.StartAsync(Test);
        return new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Limits.Soon };
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
