using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Topics;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Delivery;

/// <summary>Subscribers of a log that has lost its last entries and goes on, like a mirror after the promotion of a
/// replica that lacked these entries.</summary>
public sealed class LostEndTests : IAsyncDisposable
{
    private static readonly LogLimits Limits = new(100, 1_000_000, TimeSpan.FromDays(1));

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task A_subscriber_that_has_read_beyond_the_new_end_is_ended_and_does_not_search_forever()
    {
        var log = new Copy(new EntryStore(new LogRing(Limits), TimeProvider.System));
        var subscribers = new Subscribers(
            log, new HubMetrics(_services.GetRequiredService<IMeterFactory>(), log, TimeProvider.System));
        var subscriber = new Subscriber(
            log,
            subscribers,
            new Subscription(TopicMatcherSet.Parse(["a"]), TopicMatcherSet.Empty),
            log.Tail,
            null,
            null);
        await using var events = subscriber.GetAsyncEnumerator(Test);
        var entries = new List<LogEntry>();
        for (var count = 0; count < 3; count++) entries.Add(await log.AppendAsync(new Update(["a"], ""), Test));
        // The subscriber has taken two entries. It was busy when the sweep for the third entry woke its members.
        var groups = new List<SubscriberGroup>();
        subscribers.Match(entries.GetRange(0, 2).ToArray(), groups);
        Assert.True(subscribers.TryMakeBatch(groups[0]));
        Assert.True(await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());
        subscribers.Match(entries.GetRange(2, 1).ToArray(), groups);
        Assert.True(subscribers.TryMakeBatch(groups[0]));
        groups[0].Last.Release();
        log.Entries.Replace(new LogRing(Limits, entries[0].Position));

        var next = Task.Run(async () => await events.MoveNextAsync(), Test);
        await Assert.ThrowsAsync<FellBehindException>(() => next.Within("end"));
    }

    private sealed class Copy(EntryStore entries) : IEventLog
    {
        public EntryStore Entries => entries;

        public bool IsShared => false;

        public LogPosition Start => entries.Start;

        public LogPosition Tail => entries.Tail;

        public string? LastId => entries.LastId;

        public LogSize Size => entries.Size;

        public LogEnd FindEnd() => entries.End;

        public ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken) =>
            ValueTask.FromResult(entries.Append(update));

        public ValueTask<LogPosition?> FindVisibleAsync(
            string id, Func<IReadOnlyList<string>, bool>? seesPrivate, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Entries.FindVisible(id, seesPrivate));

        public ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken) =>
            ValueTask.FromResult(entries.Find(id));

        public int Read(LogPosition after, Span<LogEntry> room) => entries.Read(after, room);

        public int ReadBack(LogPosition before, Span<LogEntry> room) => entries.ReadBack(before, room);

        public IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(
            LogPosition after, CancellationToken cancellationToken) =>
            entries.FollowAsync(after, cancellationToken);
    }
}
