using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions;
using SseFunctions.Hub.Redis;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers of an app on two instances that share one Redis.</summary>
public sealed class AnswerInstancesTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly string _prefix = $"{Guid.NewGuid():N}";
    private readonly List<WebApplication> _apps = [];
    private readonly List<HttpClient> _clients = [];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        foreach (var app in _apps) await app.DisposeAsync();
    }

    [Fact]
    public async Task Readers_at_two_instances_get_the_words_of_one()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        async IAsyncEnumerable<string> Generate([EnumeratorCancellation] CancellationToken stop)
        {
            Interlocked.Increment(ref calls);
            yield return "One ";
            await rest.Task.WaitAsync(stop);
            yield return "two.";
        }
        var readers = new List<Task<Viewer>>();
        foreach (var http in (HttpClient[])[await Start(Generate), await Start(Generate)])
        {
            var hasWords = new TaskCompletionSource();
            readers.Add(Read(http, hasWords));
            await hasWords.Task.Within("first word");
        }
        rest.SetResult();
        foreach (var viewer in await Task.WhenAll(readers)) Assert.Equal("One two.", Assert.Single(viewer.Texts));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task An_answer_whose_instance_stops_is_generated_again_at_another()
    {
        static async IAsyncEnumerable<string> Endless([EnumeratorCancellation] CancellationToken stop)
        {
            yield return "Half a ";
            await Task.Delay(Timeout.Infinite, stop);
        }
        var first = await Start(Endless);
        var second = await Start(_ => new[] { "The whole ", "answer." }.ToAsyncEnumerable());
        var hasWords = new TaskCompletionSource();
        var lost = Read(first, hasWords);
        await hasWords.Task.Within("first word");
        hasWords = new TaskCompletionSource();
        var reading = Read(second, hasWords);
        await hasWords.Task.Within("first word at the second instance");

        await _apps[0].StopAsync(Test);
        var viewer = await reading.Within("end of the answer");
        Assert.Equal("The whole answer.", Assert.Single(viewer.Texts));
        Assert.Equal("discussion.completed", viewer.End);
        // The first reader's stream has ended. It goes on at the second instance.
        var moved = await lost.Within("end of the first stream");
        if (moved.End is null) await Read(second, new TaskCompletionSource(), moved);
        Assert.Equal("The whole answer.", Assert.Single(moved.Texts));
    }

    private static async Task<Viewer> Read(HttpClient http, TaskCompletionSource hasWords, Viewer? from = null)
    {
        var viewer = from ?? new Viewer();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/answers/42");
        if (viewer.LastId is { } last) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
        await foreach (var next in answer.Events())
        {
            viewer.Take(next);
            if (viewer.Texts is [{ Length: > 0 }]) hasWords.TrySetResult();
        }
        return viewer;
    }

    private async Task<HttpClient> Start(Func<CancellationToken, IAsyncEnumerable<string>> generate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            KeyValuePair.Create("Redis:ConnectionString", (string?)redis.Server.ConnectionString),
            KeyValuePair.Create("Redis:KeyPrefix", (string?)_prefix),
        ]);
        builder.Services.AddSseDiscussions(builder.Configuration).AddRedis();
        var app = builder.Build();
        app.MapGet("/answers/{id}", async (HttpContext context, string id, ResumableAnswers answers) =>
        {
            var result = await answers.StreamAsync(
                context.Request, $"/answers/{id}", generate, context.RequestAborted);
            await result.ExecuteAsync(context);
        });
        await app.StartAsync(Test);
        _apps.Add(app);
        _clients.Add(new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Limits.Soon });
        return _clients[^1];
    }
}
