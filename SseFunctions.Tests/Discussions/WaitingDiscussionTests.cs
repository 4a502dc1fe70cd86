using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Discussions;
using SseFunctions.Hub;
using SseFunctions.Hub.TopicLogs;
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
        var counts = new WatchedCounts(time);
        await using var server = await LocalHostServer.Start(
            services => services
                .AddSingleton(new NamedParticipant("counted", new SpokenParticipant(Speak)))
                .AddSingleton<ISharedCounts>(counts),
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
        var viewer = new Viewer();
        while (viewer.Texts is not [{ Length: > 0 }] && await first.MoveNextAsync()) viewer.Take(first.Current);
        var second = server.Http.Watch("second");
        Assert.Equal("second", await counts.Refused);
        Assert.Equal(DiscussionState.Waiting, (await server.Http.Transcript("second")).State);
        _firstMayEnd.SetResult();
        // The clock stands still until the first discussion has ended: otherwise it could lose its lease.
        while (await first.MoveNextAsync()) viewer.Take(first.Current);
        Assert.Equal("discussion.completed", viewer.End);
        var late = new Viewer();
        foreach (var next in await time.Until(second, "end of the second discussion")) late.Take(next);
        Assert.Equal("discussion.completed", late.End);
        Assert.Equal(1, _most);
    }

    private async IAsyncEnumerable<string> Speak(
        TurnRequest turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _most = Math.Max(_most, Interlocked.Increment(ref _speaking));
        try
        {
            yield return "One ";
            if (turn.Discussion == "first") await _firstMayEnd.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _speaking);
        }
    }

    // Tells for which discussion there was no place.
    private sealed class WatchedCounts(TimeProvider time) : ISharedCounts
    {
        private readonly InMemoryCounts _inner = new(time);
        private readonly TaskCompletionSource<string> _refused =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Refused => _refused.Task.Within("discussion without a place");

        public Task<long> AddAsync(
            string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default) =>
            _inner.AddAsync(counter, amount, keep, cancellationToken);

        public async Task<string?> TryEnterAsync(
            IReadOnlyList<KeyValuePair<string, int>> rooms,
            string member,
            TimeSpan duration,
            CancellationToken cancellationToken = default)
        {
            var full = await _inner.TryEnterAsync(rooms, member, duration, cancellationToken);
            if (full is not null) _refused.TrySetResult(member);
            return full;
        }

        public Task LeaveAsync(
            IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default) =>
            _inner.LeaveAsync(rooms, member, cancellationToken);
    }
}
