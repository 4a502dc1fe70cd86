using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>A discussion that finds no place among those that speak.</summary>
public sealed class WaitingDiscussionTests
{
    private readonly TaskCompletionSource _firstMayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _speaking;
    private int _most;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_discussion_without_a_place_waits_and_speaks_when_another_ends()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await LocalHostServer.Start(
            services => services.AddSingleton(new NamedParticipant("counted", new SpokenParticipant(Speak))),
            time,
            "Discussions:Anonymous=true",
            "Discussions:MaxConcurrent=1",
            "Discussions:MaxConcurrentPerClient=0");
        await server.Http.StartAs("second", DiscussionClient.Request(turns: 1));
        // The place that a start takes expires after 30 s without a viewer.
        time.Advance(TimeSpan.FromSeconds(31));
        await server.Http.StartAs("first", DiscussionClient.Request(turns: 1));
        using var answer = await server.Http.Open("first");
        await using var first = answer.Events().GetAsyncEnumerator(Test);
        while (await first.MoveNextAsync() && first.Current.EventType != "turn.delta") continue;
        var second = server.Http.Watch("second");
        await Tries(server, time, "second");
        Assert.Equal(DiscussionState.Waiting, (await server.Http.Transcript("second")).State);
        _firstMayEnd.SetResult();
        var events = await time.Until(second, "end of the second discussion");
        Assert.Equal("discussion.completed", events[^1].EventType);
        Assert.Equal(1, _most);
    }

    // Waits until the app has taken the lease of a discussion, which it does before it looks for a place.
    private static async Task Tries(LocalHostServer server, FakeTimeProvider time, string id)
    {
        var logs = server.Services.GetRequiredService<ITopicLogs>();
        await using var log = await logs.OpenAsync($"/discussions/{id}", Test);
        var own = 0;
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            Assert.True(DateTime.UtcNow < limit, "The app has not tried to let the discussion speak.");
            await time.Next();
            await using var lease = await log!.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
            if (lease is not null && lease.Epoch > ++own) return;
        }
    }

    private async IAsyncEnumerable<string> Speak(
        TurnRequest turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _most = Math.Max(_most, Interlocked.Increment(ref _speaking));
        yield return "One ";
        if (turn.Discussion == "first") await _firstMayEnd.Task.WaitAsync(cancellationToken);
        Interlocked.Decrement(ref _speaking);
    }
}
