using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Topics;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Delivery;

/// <summary>When updates leave: immediately after a pause, or together after <see cref="HubOptions.Gather"/>. The clock
/// stands still unless a test advances it.</summary>
public sealed class SweeperTests : IAsyncDisposable
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryEventLog _log;
    private readonly Subscribers _subscribers;
    private readonly Sweeper _sweeper;
    private readonly Dispatcher _dispatcher;
    private int _scheduled;

    public SweeperTests()
        : this(Gather)
    {
    }

    private SweeperTests(TimeSpan gather)
    {
        // The clock may run for years while a test waits for a thread, so the age of an entry must not matter.
        _log = new InMemoryEventLog(new LogLimits(100_000, 100_000_000, TimeSpan.FromDays(100_000)), _time);
        var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), _log, _time);
        _subscribers = new Subscribers(_log, metrics);
        _sweeper = new Sweeper(_subscribers, gather, _time);
        _dispatcher = new Dispatcher(_log, _subscribers, _sweeper, _time, NullLogger<Dispatcher>.Instance);
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.StopAsync(CancellationToken.None);
        _dispatcher.Dispose();
        _sweeper.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task The_first_update_after_a_pause_leaves_at_once_and_those_that_follow_leave_together()
    {
        await _dispatcher.StartAsync(Test);
        var reader = new Reader(Subscribe("a"));
        await Publish("a");
        await reader.Reaches(1);

        for (var count = 0; count < 5; count++) await Publish("a");
        await Scheduled();
        _time.Advance(Gather - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, reader.Count);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await reader.Reaches(6);
        // The reader has waited only for the first of the five updates. It may already wait for the next update.
        Assert.InRange(reader.Waits, 2, 3);

        _time.Advance(Gather);
        await Publish("a");
        await reader.Reaches(7);
    }

    [Fact]
    public async Task A_quiet_group_does_not_wait_for_one_that_gathers()
    {
        await _dispatcher.StartAsync(Test);
        var busy = new Reader(Subscribe("busy"));
        var quiet = new Reader(Subscribe("quiet"));
        await Publish("busy");
        await busy.Reaches(1);
        await Publish("busy");
        await Publish("quiet");
        await quiet.Reaches(1);
        Assert.Equal(1, busy.Count);
    }

    [Fact]
    public async Task Groups_that_gather_leave_each_at_its_own_time()
    {
        await _dispatcher.StartAsync(Test);
        var (first, second) = (new Reader(Subscribe("first")), new Reader(Subscribe("second")));
        await Publish("first");
        await first.Reaches(1);
        _time.Advance(Gather / 2);
        await Publish("second");
        await second.Reaches(1);
        await Publish("second");
        await Publish("first");
        await Scheduled();

        _time.Advance(Gather / 2);
        await first.Reaches(2);
        Assert.Equal(1, second.Count);
        _time.Advance(Gather / 2);
        await second.Reaches(2);
    }

    // One thread does the work of all threads here, so that the order is known.
    [Fact]
    public async Task A_group_that_becomes_ready_while_a_large_one_is_swept_waits_for_a_part_of_that_only()
    {
        const int Members = 256;
        const int Slice = 64;
        var woken = 0;
        var wokenBefore = 0;
        var quiet = Subscribe("quiet").MoveNextAsync().AsTask().ContinueWith(
            _ => wokenBefore = woken, Test, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        for (var member = 0; member < Members; member++)
        {
            var isFirst = member == Members - 1;
            _ = Subscribe("large").MoveNextAsync().AsTask().ContinueWith(
                _ =>
                {
                    // Members are woken from the last to the first.
                    if (isFirst) MatchAndAdd("quiet");
                    woken++;
                },
                Test,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
        MatchAndAdd("large");
        _sweeper.Run(static () => false);
        await quiet.Within("wake of the quiet group");
        Assert.Equal(Members, woken);
        Assert.InRange(wokenBefore, 1, 2 * Slice);
    }

    [Fact]
    public async Task A_group_that_becomes_ready_while_many_large_ones_are_swept_does_not_wait_for_each_of_them()
    {
        const int Groups = 8;
        const int Members = 256;
        const int Slice = 64;
        var woken = 0;
        var (wokenBefore, wokenUntil) = (0, 0);
        var quiet = Subscribe("quiet").MoveNextAsync().AsTask().ContinueWith(
            _ => wokenUntil = woken, Test, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        for (var member = 0; member < Groups * Members; member++)
        {
            // When this member is woken, the sweeps of all groups have begun.
            var isFirstOfLast = member == (Groups * Members) - 1;
            _ = Subscribe($"large{member / Members}").MoveNextAsync().AsTask().ContinueWith(
                _ =>
                {
                    if (isFirstOfLast)
                    {
                        wokenBefore = woken;
                        MatchAndAdd("quiet");
                    }
                    woken++;
                },
                Test,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
        for (var group = 0; group < Groups; group++) MatchAndAdd($"large{group}");
        _sweeper.Run(static () => false);
        await quiet.Within("wake of the quiet group");
        Assert.Equal(Groups * Members, woken);
        Assert.InRange(wokenUntil - wokenBefore, 1, 2 * Slice);
    }

    [Fact]
    public async Task What_gathers_when_the_host_stops_is_written()
    {
        await _dispatcher.StartAsync(Test);
        var reader = new Reader(Subscribe("a"));
        await Publish("a");
        await reader.Reaches(1);
        await Publish("a");
        await Scheduled();
        await _dispatcher.StopAsync(Test);
        _sweeper.Flush();
        await reader.Reaches(2);
    }

    [Fact]
    public async Task A_caller_with_other_work_leaves_the_rest_to_other_threads()
    {
        var readers = Enumerable.Range(0, 500).Select(_ => new Reader(Subscribe("a"))).ToArray();
        MatchAndAdd("a");
        _sweeper.Run(static () => true);
        foreach (var reader in readers) await reader.Reaches(1);
    }

    [Fact]
    public async Task Without_gathering_each_update_leaves_at_once()
    {
        await using var test = new SweeperTests(TimeSpan.Zero);
        await test._dispatcher.StartAsync(Test);
        var reader = new Reader(test.Subscribe("a"));
        for (var count = 1; count <= 5; count++)
        {
            await test.Publish("a");
            await reader.Reaches(count);
        }
    }

    [Fact]
    public async Task What_gathers_reaches_those_that_subscribed_meanwhile_only_if_it_came_after()
    {
        await _dispatcher.StartAsync(Test);
        var early = new Reader(Subscribe("a"));
        await Publish("a");
        await early.Reaches(1);
        await Publish("a");
        await Scheduled();
        var late = new Reader(Subscribe("a"));
        await Publish("a");
        await Scheduled();
        _time.Advance(Gather);
        await early.Reaches(3);
        await late.Reaches(1);
        Assert.Equal(early.Ids[2], Assert.Single(late.Ids));
    }

    [Fact]
    public async Task Subscribers_that_must_read_on_by_themselves_are_woken_though_nothing_is_pending_for_them()
    {
        var reader = new Reader(Subscribe("a"));
        for (var count = 0; count < 3; count++) await Publish("a");
        var groups = new List<SubscriberGroup>();
        _subscribers.SkipTo(_log.Tail, groups);
        _sweeper.Add(groups);
        _sweeper.Run(static () => false);
        await reader.Reaches(3);
    }

    [Fact]
    public async Task Thousands_of_groups_gather_and_nothing_is_lost_doubled_or_out_of_order()
    {
        const int Groups = 2000;
        const int Rounds = 5;
        await _dispatcher.StartAsync(Test);
        var readers = Enumerable.Range(0, Groups).Select(number => new Reader(Subscribe($"{number}"))).ToArray();
        var all = new Reader(Subscribe("*"));
        var ids = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            for (var number = 0; number < Groups; number++) ids.Add(await Publish($"{number}"));
            _time.Advance(Gather / 3);
        }
        // Groups still gather, and one that is being swept may begin to gather again. So time passes until the last
        // event of every reader has arrived.
        var complete = Task.WhenAll(
            readers.Select(reader => reader.Reaches(Rounds)).Append(all.Reaches(Groups * Rounds)));
        while (!complete.IsCompleted)
        {
            _time.Advance(Gather);
            await Task.Yield();
        }
        await complete;
        Assert.Equal(ids, all.Ids);
        for (var number = 0; number < Groups; number++)
        {
            Assert.Equal(
                Enumerable.Range(0, Rounds).Select(round => ids[(round * Groups) + number]), readers[number].Ids);
        }
    }

    private void MatchAndAdd(string topic)
    {
        var groups = new List<SubscriberGroup>();
        var entry = _log.AppendAsync(new Update([topic], ""), Test).AsTask();
        Assert.True(entry.IsCompletedSuccessfully);
        _subscribers.Match([entry.Result], groups);
        _sweeper.Add(groups);
    }

    private async Task<string> Publish(string topic) => (await _log.AppendAsync(new Update([topic], ""), Test)).Id;

    // The dispatcher hands an entry to the sweeper after all earlier entries. So when this one has arrived, the earlier
    // ones are scheduled, and advancing the clock reaches their timer.
    private async Task Scheduled()
    {
        var reader = new Reader(Subscribe($"after {++_scheduled}"));
        await Publish($"after {_scheduled}");
        await reader.Reaches(1);
    }

    private Subscriber Subscribe(string topic)
    {
        var subscription = new Subscription(TopicMatcherSet.Parse([topic]), TopicMatcherSet.Empty);
        var subscriber = new Subscriber(_log, _subscribers, subscription, _log.Tail, null, null);
        subscriber.GetAsyncEnumerator(Test);
        return subscriber;
    }

    /// <summary>Reads a subscriber until it stops, and collects the ids.</summary>
    private sealed class Reader
    {
        private readonly Lock _gate = new();
        private readonly List<string> _ids = [];
        private int _waits;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Reader(Subscriber subscriber) => _ = Read(subscriber);

        public int Count => Ids.Count;

        public int Waits => Volatile.Read(ref _waits);

        public IReadOnlyList<string> Ids
        {
            get
            {
                lock (_gate) return [.. _ids];
            }
        }

        public async Task Reaches(int count)
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (_ids.Count >= count) break;
                    changed = _changed.Task;
                }
                await changed.Within($"event {count}");
            }
            Assert.Equal(count, Count);
        }

        private async Task Read(Subscriber subscriber)
        {
            while (true)
            {
                var next = subscriber.MoveNextAsync();
                if (!next.IsCompleted) Interlocked.Increment(ref _waits);
                if (!await next) return;
                var id = Encoding.UTF8.GetString(subscriber.Current.Bytes.Span).Split('\n')[0]["id: ".Length..];
                lock (_gate)
                {
                    _ids.Add(id);
                    _changed.TrySetResult();
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }
}
