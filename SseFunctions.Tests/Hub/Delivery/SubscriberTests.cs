using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Topics;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Delivery;

public sealed class SubscriberTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly InMemoryEventLog _log;
    private readonly Subscribers _subscribers;
    private readonly Sweeper _sweeper;
    private readonly Dispatcher _dispatcher;

    public SubscriberTests()
        : this(new LogLimits(100_000, 100_000_000, TimeSpan.FromDays(1)))
    {
    }

    private SubscriberTests(LogLimits limits)
    {
        _log = new InMemoryEventLog(limits, TimeProvider.System);
        var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), _log, TimeProvider.System);
        _subscribers = new Subscribers(_log, metrics);
        _sweeper = new Sweeper(_subscribers, TimeSpan.FromMilliseconds(20), TimeProvider.System);
        _dispatcher =
            new Dispatcher(_log, _subscribers, _sweeper, TimeProvider.System, NullLogger<Dispatcher>.Instance);
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscribers_get_everything_once_and_in_order_whenever_they_come_go_and_come_back()
    {
        const int Publishers = 8;
        const int Each = 400;
        const int Readers = 60;
        await _dispatcher.StartAsync(Test);
        var readers = Enumerable.Range(0, Readers)
            .Select(number => Task.Run(() => ReadAll(number, Publishers * Each), Test)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(
            async () =>
            {
                for (var count = 0; count < Each; count++)
                {
                    await Publish("all");
                    if (count % 50 == publisher) await Task.Delay(1, Test);
                }
            },
            Test))).Within("end of publishing");
        await Publish("end");
        var entries = new LogEntry[Publishers * Each];
        Assert.Equal(entries.Length, _log.Read(_log.Start, entries));
        var expected = entries.Select(entry => entry.Id).ToArray();
        foreach (var reader in readers) Assert.Equal(expected, await reader.Within("end of a reader"));
        Assert.Equal(0, _subscribers.Count);
    }

    [Fact]
    public async Task A_subscriber_gets_what_fits_and_nothing_else()
    {
        await _dispatcher.StartAsync(Test);
        await using var plain = Subscribe(["a", "b{x}"], []);
        await using var trusted = Subscribe(["*"], ["secret"]);
        await Publish("a");
        await Publish("c");
        await Publish("b1", "a");
        await _log.AppendAsync(new Update(["a", "secret"], "") { IsPrivate = true, Id = "hidden" }, Test);
        var last = await Publish("bye", "a");
        Assert.Equal(["a", "b1,a", "bye,a"], await Topics(plain, last));
        Assert.Equal(["a", "c", "b1,a", "a,secret", "bye,a"], await Topics(trusted, last));
    }

    [Fact]
    public async Task A_wait_ends_when_the_subscriber_is_stopped()
    {
        await _dispatcher.StartAsync(Test);
        await using var subscriber = Subscribe(["a"], []);
        var next = subscriber.Events.MoveNextAsync();
        Assert.False(next.IsCompleted);
        subscriber.Subscriber.Stop();
        Assert.False(await next);
        Assert.False(await subscriber.Events.MoveNextAsync());
    }

    [Fact]
    public async Task A_write_that_fails_ends_the_wait_so_that_the_subscriber_can_leave()
    {
        await _dispatcher.StartAsync(Test);
        var subscriber = Subscribe(["a"], []);
        var client = new BrokenClient();
        subscriber.Subscriber.Client = client;
        var next = subscriber.Events.MoveNextAsync().AsTask();
        await Publish("a");
        Assert.Same(
            client.Exception, await Assert.ThrowsAsync<InvalidOperationException>(() => next.Within("exception")));
        Assert.Same(client.Exception, client.Failed);
        subscriber.Subscriber.Stop();
        await subscriber.DisposeAsync();
        Assert.Equal(0, _subscribers.Count);
    }

    [Fact]
    public async Task Only_a_subscriber_that_is_too_slow_falls_behind()
    {
        await using var test = new SubscriberTests(new LogLimits(100, 100_000_000, TimeSpan.FromDays(1)));
        await test._dispatcher.StartAsync(Test);
        await using var slow = test.Subscribe(["a"], []);
        var first = slow.Events.MoveNextAsync();
        await test.Publish("a");
        Assert.True(await first.AsTask().Within("first"));
        await using (var other = test.Subscribe(["a"], []))
        {
            for (var count = 0; count < 300; count++)
            {
                var next = other.Events.MoveNextAsync();
                await test.Publish("a");
                Assert.True(await next.AsTask().Within("next"));
            }
        }
        await Assert.ThrowsAsync<FellBehindException>(async () =>
        {
            while (await slow.Events.MoveNextAsync())
            {
            }
        });
    }

    [Fact]
    public async Task Entries_are_let_go_of_when_the_log_lets_go_of_them()
    {
        await using var test = new SubscriberTests(new LogLimits(100, 100_000_000, TimeSpan.FromDays(1)));
        await test._dispatcher.StartAsync(Test);
        await using var subscriber = test.Subscribe(["a"], []);
        var entry = await test.AppendWeakly(subscriber);
        for (var count = 0; count < 150; count++) await test.Publish("other");
        for (var limit = DateTime.UtcNow + Limits.Soon; entry.IsAlive && DateTime.UtcNow < limit;)
        {
            await Task.Delay(10, Test);
            GC.Collect();
        }
        Assert.False(entry.IsAlive);
    }

    // The client takes the events one by one, and slowly.
    [Fact]
    public async Task A_slow_subscriber_holds_neither_what_it_has_received_nor_much_that_it_has_not()
    {
        const int Entries = 20;
        const int Received = 2;
        // A scan stops when its entries reach 256 KB: after four of these entries, or five if the events were smaller.
        const int Held = 5;
        await using var test = new SubscriberTests(new LogLimits(100, 100_000_000, TimeSpan.FromDays(1)));
        await test._dispatcher.StartAsync(Test);
        var entries = await test.AppendWeakly(Entries, 64 * 1024);
        // The subscriber must read all entries from the log, and none from a batch.
        await Until(() => test._subscribers.Matched == test._log.Tail);
        await using var slow = test.Subscribe(["a"], [], test._log.Start);
        for (var count = 0; count < Received; count++) Assert.True(await slow.Events.MoveNextAsync());
        for (var count = 0; count < 150; count++) await test.Publish("other");
        await Until(() =>
        {
            GC.Collect();
            return !entries[0].IsAlive && entries.Skip(Held).All(entry => !entry.IsAlive);
        });
        Assert.True(entries[Received].IsAlive);
    }

    [Fact]
    public async Task Of_two_that_come_for_the_last_place_at_once_one_gets_it()
    {
        var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), _log, TimeProvider.System);
        var subscribers = new Subscribers(_log, metrics, most: 2, mostPerClient: 1);
        var subscription = new Subscription(TopicMatcherSet.Parse(["a"]), TopicMatcherSet.Empty);
        // SubscribeEndpoint has let both in before either was counted.
        await using var first = new Following(new Subscriber(_log, subscribers, subscription, null, "client", null));
        await using (var second = new Following(new Subscriber(_log, subscribers, subscription, null, "client", null)))
        {
            Assert.False(await second.Events.MoveNextAsync().AsTask().Within("end"));
            Assert.Equal(1, subscribers.Count);
        }
        await using var other = new Following(new Subscriber(_log, subscribers, subscription, null, "other", null));
        await using var tooMany = new Following(new Subscriber(_log, subscribers, subscription, null, null, null));
        Assert.False(await tooMany.Events.MoveNextAsync().AsTask().Within("end"));
        Assert.Equal(2, subscribers.Count);
        Assert.False(first.Events.MoveNextAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task Goes_on_after_updates_that_were_dropped_before_it_read_them()
    {
        await using var test = new SubscriberTests(new LogLimits(100, 100_000_000, TimeSpan.FromDays(1)));
        await using var before = test.Subscribe(["a"], []);
        var next = before.Events.MoveNextAsync();
        // Append more entries than the log holds, before the dispatcher follows the log.
        for (var count = 0; count < 150; count++) await test.Publish("other");
        await test._dispatcher.StartAsync(Test);
        await Assert.ThrowsAsync<FellBehindException>(() => next.AsTask().Within("end"));
        Assert.False(test._dispatcher.HasFailed);
        await using var after = test.Subscribe(["a"], []);
        next = after.Events.MoveNextAsync();
        await test.Publish("a");
        Assert.True(await next.AsTask().Within("update"));
    }

    // During the search, the subscriber must let other work of the thread pool run.
    [Fact]
    public async Task One_for_whom_there_is_hardly_anything_in_a_long_history_finds_that()
    {
        for (var count = 0; count < 20_000; count++) await Publish(count == 19_000 ? "a" : "other");
        await _dispatcher.StartAsync(Test);
        await using var subscriber = Subscribe(["a"], [], _log.Start);
        await using var other = Subscribe(["other"], []);
        var last = await Publish("a");
        Assert.Equal(["a", "a"], await Topics(subscriber, last));
        var next = other.Events.MoveNextAsync();
        await Publish("other");
        Assert.True(await next.AsTask().Within("update"));
    }

    [Fact]
    public async Task One_that_is_stopped_while_it_looks_for_something_ends()
    {
        for (var count = 0; count < 50_000; count++) await Publish("other");
        await _dispatcher.StartAsync(Test);
        await using var subscriber = Subscribe(["a"], [], _log.Start);
        // Give the group a batch, up to which the subscriber searches the log.
        await Publish("a");
        await Until(() => _subscribers.Matched == _log.Tail);
        var next = subscriber.Events.MoveNextAsync().AsTask();
        subscriber.Subscriber.Stop();
        // The subscriber may have found the entry before it was stopped.
        if (await next.Within("answer")) next = subscriber.Events.MoveNextAsync().AsTask();
        Assert.False(await next.Within("end"));
    }

    [Fact]
    public async Task One_that_has_read_nothing_yet_is_not_behind()
    {
        await _dispatcher.StartAsync(Test);
        await using var subscriber = Subscribe(["a"], [], default(LogPosition));
        await Publish("a");
        await Until(() => _subscribers.Matched == _log.Tail);
        Assert.Equal(TimeSpan.Zero, subscriber.Subscriber.Lag);
    }

    [Fact]
    public async Task Subscribers_that_have_gone_leave_nothing_behind()
    {
        await _dispatcher.StartAsync(Test);
        for (var count = 0; count < 100; count++)
        {
            await using var subscriber = Subscribe([$"a{count % 7}", "b{x}", "*"], [$"r{count % 3}"]);
            Assert.Equal(1, _subscribers.Count);
        }
        Assert.Equal(0, _subscribers.Count);
        Assert.Equal(0, _subscribers.GroupCount);
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.StopAsync(CancellationToken.None);
        _dispatcher.Dispose();
        _sweeper.Dispose();
        await _services.DisposeAsync();
    }

    // Reads all updates over several subscribers: leaves after a random number of events, and returns with the last id.
    private async Task<List<string>> ReadAll(int seed, int count)
    {
        var random = new Random(seed);
        var ids = new List<string>();
        while (true)
        {
            var after = ids.Count == 0
                ? _log.Start : (await _log.FindAsync(ids[^1], Test)) ?? throw new InvalidOperationException();
            var leaveAfter = random.Next(1, count / 3);
            await using var subscriber = Subscribe(seed % 2 == 0 ? ["all", "end"] : ["*"], [], after);
            while (leaveAfter-- > 0 && await subscriber.Events.MoveNextAsync())
            {
                var text = Encoding.UTF8.GetString(subscriber.Events.Current.Bytes.Span);
                if (text.Contains("data: end", StringComparison.Ordinal)) return ids;
                ids.Add(text.Split('\n')[0]["id: ".Length..]);
                if (random.Next(100) == 0) await Task.Delay(1, Test);
            }
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        var limit = Task.Delay(Limits.Soon, Test);
        while (!condition())
        {
            Assert.False(limit.IsCompleted);
            await Task.Delay(10, Test);
        }
    }

    private async Task<WeakReference> AppendWeakly(Following subscriber)
    {
        var next = subscriber.Events.MoveNextAsync();
        var entry = new WeakReference(await _log.AppendAsync(new Update(["a"], "large"), Test));
        Assert.True(await next.AsTask().Within("next"));
        Assert.False(subscriber.Events.MoveNextAsync().AsTask().IsCompleted);
        return entry;
    }

    private async Task<List<WeakReference>> AppendWeakly(int count, int bytes)
    {
        var entries = new List<WeakReference>();
        for (var number = 0; number < count; number++)
            entries.Add(new WeakReference(await _log.AppendAsync(new Update(["a"], new string('x', bytes)), Test)));
        return entries;
    }

    private async Task<string> Publish(params string[] topics) =>
        (await _log.AppendAsync(new Update(topics, string.Join(',', topics)), Test)).Id;

    private Following Subscribe(string[] topics, string[] rights, LogPosition? after = null)
    {
        var subscription = new Subscription(TopicMatcherSet.Parse(topics), TopicMatcherSet.Parse(rights));
        return new Following(new Subscriber(_log, _subscribers, subscription, after ?? _log.Tail, null, null));
    }

    private static async Task<List<string>> Topics(Following subscriber, string lastId)
    {
        var topics = new List<string>();
        while (await subscriber.Events.MoveNextAsync().AsTask().Within("event"))
        {
            var lines = Encoding.UTF8.GetString(subscriber.Events.Current.Bytes.Span).Split('\n');
            topics.Add(lines[1]["data: ".Length..] is { Length: > 0 } data ? data : "a,secret");
            if (lines[0] == $"id: {lastId}") break;
        }
        return topics;
    }

    private sealed class Following(Subscriber subscriber) : IAsyncDisposable
    {
        public Subscriber Subscriber => subscriber;

        public IAsyncEnumerator<ServerSentEvent> Events { get; } = subscriber.GetAsyncEnumerator();

        public ValueTask DisposeAsync() => subscriber.DisposeAsync();
    }

    // Its connection cannot be written to.
    private sealed class BrokenClient : ILentClient
    {
        public InvalidOperationException Exception { get; } = new("broken");

        public Exception? Failed { get; private set; }

        public bool TryBorrow() => true;

        public void Write(ServerSentEvent next) => throw Exception;

        public void Return() => throw new NotSupportedException();

        public void Fail(Exception exception) => Failed = exception;
    }
}
