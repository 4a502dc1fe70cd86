using System.Runtime.CompilerServices;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Answers of an app on two instances that share one Redis.</summary>
public sealed class AnswerInstancesTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly string _prefix = $"{Guid.NewGuid():N}";
    private readonly List<AnswerApp> _apps = [];

    public async ValueTask DisposeAsync()
    {
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
        foreach (var app in (AnswerApp[])[await Start(Generate), await Start(Generate)])
        {
            var hasWords = new TaskCompletionSource();
            readers.Add(Read(app, hasWords));
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

        await first.Stop();
        var viewer = await reading.Within("end of the answer");
        Assert.Equal("The whole answer.", Assert.Single(viewer.Texts));
        Assert.Equal("discussion.completed", viewer.End);
        // The first reader's stream has ended. It goes on at the second instance.
        var moved = await lost.Within("end of the first stream");
        if (moved.End is null) await Read(second, new TaskCompletionSource(), moved);
        Assert.Equal("The whole answer.", Assert.Single(moved.Texts));
    }

    [Fact]
    public async Task An_answer_whose_log_Redis_has_lost_is_generated_again()
    {
        var calls = 0;
        async IAsyncEnumerable<string> Generate([EnumeratorCancellation] CancellationToken stop)
        {
            var call = Interlocked.Increment(ref calls);
            yield return $"Call {call} ";
            if (call == 1) await Task.Delay(Timeout.Infinite, stop);
            yield return "is whole.";
        }
        var app = await Start(Generate);
        var hasWords = new TaskCompletionSource();
        var lost = Read(app, hasWords);
        await hasWords.Task.Within("first word");
        var key = $"{{{_prefix}}}:topic:/answers/42";
        await redis.Server.Ask("DEL", key, $"{key}:events");
        var viewer = await lost.Within("end of the stream");
        Assert.Null(viewer.End);
        await Read(app, new TaskCompletionSource(), viewer).Within("end of the answer");
        Assert.Equal("Call 2 is whole.", Assert.Single(viewer.Texts));
        Assert.Equal("discussion.completed", viewer.End);
    }

    private static async Task<Viewer> Read(AnswerApp app, TaskCompletionSource hasWords, Viewer? from = null)
    {
        var viewer = from ?? new Viewer();
        using var answer = await app.Open(viewer.LastId);
        await foreach (var next in answer.Events())
        {
            viewer.Take(next);
            if (viewer.Texts is [{ Length: > 0 }]) hasWords.TrySetResult();
        }
        return viewer;
    }

    private async Task<AnswerApp> Start(Func<CancellationToken, IAsyncEnumerable<string>> generate)
    {
        _apps.Add(await AnswerApp.Start(
            generate,
            $"Redis:ConnectionString={redis.Server.ConnectionString}",
            $"Redis:KeyPrefix={_prefix}"));
        return _apps[^1];
    }
}
