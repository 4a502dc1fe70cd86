using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Hub.Redis;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers that fail, and readers that cannot be served.</summary>
public sealed class AnswerFailureTests : IAsyncDisposable
{
    private WebApplication? _app;
    private HttpClient? _http;
    private int _calls;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_whose_text_fails_four_times_has_failed()
    {
        var http = await Start(_ => Fails(new InvalidDataException("inner secret")));
        using var answer = await http.GetAsync("/answers/42", HttpCompletionOption.ResponseHeadersRead, Test);
        List<string> types = [];
        List<string> last = [];
        await foreach (var next in answer.Events())
        {
            types.Add(next.EventType);
            if (next.EventType.EndsWith(".failed", StringComparison.Ordinal)) last.Add(next.Data);
        }
        Assert.Equal(4, _calls);
        Assert.Equal(3, types.Count(type => type == "turn.restarted"));
        Assert.Equal(
            ["""{"turn":1,"attempt":4,"reason":"provider_error"}""", """{"reason":"provider_error"}"""], last);
    }

    [Fact]
    public async Task An_answer_that_says_it_cannot_succeed_fails_at_once_with_its_reason()
    {
        var http = await Start(_ => Fails(
            new ParticipantException(ParticipantException.ProviderRefused, "No.") { IsTransient = false }));
        using var answer = await http.GetAsync("/answers/42", HttpCompletionOption.ResponseHeadersRead, Test);
        List<string> failed = [];
        await foreach (var next in answer.Events())
        {
            if (next.EventType == "turn.failed") failed.Add(next.Data);
        }
        Assert.Equal("""{"turn":1,"attempt":1,"reason":"provider_refused"}""", Assert.Single(failed));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task A_reader_beyond_the_limit_is_told_to_reconnect_later()
    {
        var http = await Start(Waits, "Discussions:MaxViewers=1");
        using var first = await http.GetAsync("/answers/42", HttpCompletionOption.ResponseHeadersRead, Test);
        using var second = await http.GetAsync("/answers/42", HttpCompletionOption.ResponseHeadersRead, Test);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Matches(
            "^: This instance has no place for another viewer, reconnect later\nretry: 1[0-9]{4}\n$",
            await second.Text());
    }

    [Fact]
    public async Task A_reader_is_told_to_reconnect_later_while_Redis_cannot_be_reached()
    {
        var http = await Start(Waits, $"Redis:ConnectionString=127.0.0.1:{Ports.Free()},connectTimeout=200");
        using var answer = await http.GetAsync("/answers/42", HttpCompletionOption.ResponseHeadersRead, Test);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Matches(
            "^: Answers cannot be reached just now, reconnect later\nretry: [23][0-9]{3}\n$", await answer.Text());
        Assert.Equal(0, _calls);
    }

    private static async IAsyncEnumerable<string> Fails(Exception exception)
    {
        yield return "Half a ";
        await Task.Yield();
        throw exception;
    }

    private static async IAsyncEnumerable<string> Waits([EnumeratorCancellation] CancellationToken stop)
    {
        yield return "One ";
        await Task.Delay(Timeout.Infinite, stop);
    }

    private async Task<HttpClient> Start(
        Func<CancellationToken, IAsyncEnumerable<string>> generate, params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        var discussions = builder.Services.AddSseDiscussions(builder.Configuration);
        if (settings.Any(setting => setting.StartsWith("Redis:", StringComparison.Ordinal))) discussions.AddRedis();
        _app = builder.Build();
        _app.MapGet("/answers/{id}", async (HttpContext context, string id, ResumableAnswers answers) =>
        {
            var result = await answers.StreamAsync(
                context.Request,
                $"/answers/{id}",
                stop =>
                {
                    Interlocked.Increment(ref _calls);
                    return generate(stop);
                },
                context.RequestAborted);
            await result.ExecuteAsync(context);
        });
        await _app.StartAsync(Test);
        return _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Limits.Soon };
    }
}
