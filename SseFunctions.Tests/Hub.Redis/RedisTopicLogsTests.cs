using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.TopicLogs;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming;
using SseFunctions.Tests.Hub.TopicLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

public sealed class RedisTopicLogsTests(RedisFixture redis)
    : TopicLogsContract, IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly string _prefix = $"{Guid.NewGuid()}";
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<RedisConnection> _connections = [];
    private readonly List<OpenTopicLogs> _instances = [];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeated_append_is_in_the_log_once()
    {
        var store = NewStore();
        await store.TryCreateAsync("/a/1", new TopicAppend("x", "0"), TimeSpan.FromHours(1), Test);
        Assert.True(
            await store.AcquireAsync("/a/1", "x", TimeSpan.FromSeconds(15), false, Test) is { Epoch: 1, Last: 1 });
        var append = new TopicAppend([new("x", "1"), new("x", "2")]);
        Assert.True(await store.TryAppendAsync("/a/1", "x", 1, append, Test));
        Assert.True(await store.TryAppendAsync("/a/1", "x", 1, append, Test));
        var page = await store.ReadAsync("/a/1", 0, -1, Test);
        Assert.Equal(["0", "1", "2"], page?.Events.Select(next => next.Data));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_expires_and_appends_nothing()
    {
        var store = NewStore();
        await store.TryCreateAsync("/a/1", new TopicAppend("x", ""), TimeSpan.FromHours(1), Test);
        Assert.True(await store.AcquireAsync("/a/1", "x", TimeSpan.FromSeconds(1), false, Test) is { Epoch: 1 });
        await Pass(TimeSpan.FromSeconds(1.1));
        Assert.False(await store.TryAppendAsync("/a/1", "x", 1, new TopicAppend("y", ""), Test));
        Assert.Null(await store.RenewAsync("/a/1", "x", TimeSpan.FromSeconds(15), Test));
        Assert.True(await store.AcquireAsync("/a/1", "x", TimeSpan.FromSeconds(1), false, Test) is { Epoch: 2 });
    }

    [Fact]
    public async Task The_holder_of_a_lost_log_cannot_append_to_the_log_that_follows()
    {
        var store = NewStore();
        var first = new TopicAppend("x", "0");
        await store.TryCreateAsync("/a/1", first, TimeSpan.FromHours(1), Test);
        Assert.True(await store.AcquireAsync("/a/1", "x", TimeSpan.FromSeconds(15), false, Test) is { Epoch: 1 });
        await Lose("/a/1");
        await store.TryCreateAsync("/a/1", first, TimeSpan.FromHours(1), Test);
        // Epoch and number are those of the first holder.
        Assert.True(await store.AcquireAsync("/a/1", "y", TimeSpan.FromSeconds(15), false, Test) is { Epoch: 1 });
        Assert.False(await store.TryAppendAsync("/a/1", "x", 1, new TopicAppend("x", "of x"), Test));
        Assert.True(await store.TryAppendAsync("/a/1", "y", 1, new TopicAppend("x", "of y"), Test));
        Assert.False(await store.TryAppendAsync("/a/1", "x", 1, new TopicAppend("x", "of x"), Test));
        Assert.Null(await store.RenewAsync("/a/1", "x", TimeSpan.FromSeconds(15), Test));
        await store.ReleaseAsync("/a/1", "x", Test);
        Assert.NotNull(await store.RenewAsync("/a/1", "y", TimeSpan.FromSeconds(15), Test));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Events_that_Redis_has_lost_are_not_shown_beside_those_that_follow(int after)
    {
        var writer = await NewInstance();
        await writer.TryCreateAsync("/a/1", new TopicAppend("x", "0"), TimeSpan.FromHours(1), Test);
        await using var log = await writer.OpenAsync("/a/1", Test);
        Assert.NotNull(log);
        await using var lease = await log.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        await lease!.AppendAsync(new TopicAppend("x", "kept"), Test);
        var restore = await Save("/a/1");
        for (var number = 0; number < 3; number++) await lease.AppendAsync(new TopicAppend("x", "lost"), Test);
        var lost = log.View().Events.Where(next => next.Data == "lost").Select(next => next.Id).ToArray();
        var reader = await NewInstance();
        await using var other = await reader.OpenAsync("/a/1", Test);
        var following = other!.FollowAsync(other.View().LastId, Test).ToListAsync(Test).AsTask();

        await restore();
        var (next, nextLease) = await Retaken(await NewInstance());
        for (var number = 0; number < after; number++)
            await nextLease.AppendAsync(new TopicAppend("x", $"new {number}"), Test);

        await Assert.ThrowsAsync<FellBehindException>(() => following.Within("end of the reader"));
        string[] expected = ["0", "kept", .. Enumerable.Range(0, after).Select(number => $"new {number}")];
        foreach (var view in (TopicView[])[next.View(), (await reader.OpenAsync("/a/1", Test))!.View()])
            Assert.Equal(expected, view.Events.Select(next => next.Data));
        // A client that has a lost event gets the snapshot, even if the log has another event with the same number.
        Assert.Equal(3, lost.Length);
        Assert.All(lost, id => Assert.False(next.Knows(id)));
        // The first holder has what the log has, not what was lost.
        await Assert.ThrowsAsync<TopicLeaseLostException>(() => lease.AppendAsync(new TopicAppend("x", ""), Test));
        await nextLease.DisposeAsync();
        await using var again = await log.TryLeaseAsync(TimeSpan.FromSeconds(15), cancellationToken: Test);
        Assert.NotNull(again);
        Assert.Equal(expected, log.View().Events.Select(next => next.Data));
        await next.DisposeAsync();
    }

    [Fact]
    public async Task Rooms_have_as_many_places_as_they_say_for_all_instances()
    {
        var instances = Enumerable.Range(0, 3).Select(_ => new RedisCounts(NewConnection())).ToArray();
        KeyValuePair<string, int>[] rooms = [new("all", 5), new("own", 100)];
        var entered = await Task.WhenAll(Enumerable.Range(0, 30).Select(number =>
            instances[number % 3].TryEnterAsync(rooms, $"{number}", TimeSpan.FromMinutes(1), Test)));
        Assert.Equal(5, entered.Count(full => full is null));
        Assert.Equal(25, entered.Count(full => full == "all"));
        var member = Array.IndexOf(entered, null);
        Assert.Null(await instances[1].TryEnterAsync(rooms, $"{member}", TimeSpan.FromMinutes(1), Test));
        await instances[2].LeaveAsync(["all", "own"], $"{member}", Test);
        Assert.Null(await instances[0].TryEnterAsync(rooms, "late", TimeSpan.FromMinutes(1), Test));
        Assert.Equal("all", await instances[0].TryEnterAsync(rooms, "later", TimeSpan.FromMinutes(1), Test));
        // From now on the place is kept for a second.
        Assert.Null(await instances[0].TryEnterAsync(rooms, "late", TimeSpan.FromSeconds(1), Test));
        await Pass(TimeSpan.FromSeconds(1.1));
        Assert.Null(await instances[0].TryEnterAsync(rooms, "later", TimeSpan.FromMinutes(1), Test));
    }

    [Fact]
    public async Task Counters_are_shared()
    {
        var (one, other) = (new RedisCounts(NewConnection()), new RedisCounts(NewConnection()));
        Assert.Equal(5, await one.AddAsync("tokens", 5, TimeSpan.FromMinutes(1), Test));
        Assert.Equal(12, await other.AddAsync("tokens", 7, TimeSpan.FromMinutes(1), Test));
        Assert.Equal(12, await one.AddAsync("tokens", 0, TimeSpan.FromMinutes(1), Test));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.StopAsync(Test);
            instance.Dispose();
        }
        foreach (var connection in _connections) await connection.DisposeAsync();
        await _services.DisposeAsync();
    }

    private protected override async Task<ITopicLogs> NewInstance()
    {
        var instance = new OpenTopicLogs(NewStore(), TimeProvider.System, NullLogger<OpenTopicLogs>.Instance);
        _instances.Add(instance);
        await instance.StartAsync(Test);
        return instance;
    }

    // A test cannot advance the clock of Redis, so it waits in real time.
    private protected override Task Pass(TimeSpan time) => Task.Delay(time, Test);

    private static async Task<(TopicLog Log, TopicLease Lease)> Retaken(ITopicLogs logs)
    {
        var log = await logs.OpenAsync("/a/1", Test);
        var lease = await log!.TryLeaseAsync(TimeSpan.FromSeconds(15), takeOver: true, Test);
        Assert.NotNull(lease);
        return (log, lease);
    }

    private string[] KeysOf(string topic) =>
        [.. new[] { "", ":events" }.Select(part => $"{{{_prefix}}}:topic:{topic}{part}")];

    // What a failover does to a replica that has not received the last writes, as far as one log is concerned.
    private async Task<Func<Task>> Save(string topic)
    {
        var connection = NewConnection();
        var keys = KeysOf(topic);
        var saved = await connection.QueryAsync(
            multiplexer => Task.WhenAll(keys.Select(key => multiplexer.GetDatabase().KeyDumpAsync(key))), Test);
        Assert.All(saved, Assert.NotNull);
        return () => connection.QueryAsync(
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                foreach (var (key, value) in keys.Zip(saved))
                    await database.ExecuteAsync("RESTORE", key, 0, value!, "REPLACE");
                return true;
            },
            Test);
    }

    private Task<long> Lose(string topic) => NewConnection().QueryAsync(
        multiplexer => multiplexer.GetDatabase()
            .KeyDeleteAsync([.. KeysOf(topic).Select(key => (StackExchange.Redis.RedisKey)key)]), Test);

    private RedisTopicStore NewStore() => new(NewConnection());

    private RedisConnection NewConnection()
    {
        var connection = new RedisConnection(
            new RedisOptions { ConnectionString = redis.Server.ConnectionString, KeyPrefix = _prefix },
            new RedisConnectionMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            TimeProvider.System,
            NullLogger<RedisConnection>.Instance);
        _connections.Add(connection);
        return connection;
    }
}
