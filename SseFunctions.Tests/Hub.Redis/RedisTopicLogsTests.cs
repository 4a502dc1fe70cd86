using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.TopicLogs;
using SseFunctions.Hub.TopicLogs;
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
        Assert.True(await store.AcquireAsync("/a/1", TimeSpan.FromSeconds(15), false, Test) is { Epoch: 1, Last: 1 });
        var append = new TopicAppend([new("x", "1"), new("x", "2")]);
        Assert.True(await store.TryAppendAsync("/a/1", 1, 1, append, Test));
        Assert.True(await store.TryAppendAsync("/a/1", 1, 1, append, Test));
        var page = await store.ReadAsync("/a/1", 0, -1, Test);
        Assert.Equal(["0", "1", "2"], page?.Events.Select(next => next.Data));
    }

    [Fact]
    public async Task A_lease_that_is_not_renewed_expires_and_appends_nothing()
    {
        var store = NewStore();
        await store.TryCreateAsync("/a/1", new TopicAppend("x", ""), TimeSpan.FromHours(1), Test);
        Assert.True(await store.AcquireAsync("/a/1", TimeSpan.FromSeconds(1), false, Test) is { Epoch: 1 });
        await Pass(TimeSpan.FromSeconds(1.1));
        Assert.False(await store.TryAppendAsync("/a/1", 1, 1, new TopicAppend("y", ""), Test));
        Assert.Null(await store.RenewAsync("/a/1", 1, TimeSpan.FromSeconds(15), Test));
        Assert.True(await store.AcquireAsync("/a/1", TimeSpan.FromSeconds(1), false, Test) is { Epoch: 2 });
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
        Assert.Null(await instances[0].TryEnterAsync(rooms, "late", TimeSpan.FromSeconds(1), Test));
        Assert.Equal("all", await instances[0].TryEnterAsync(rooms, "later", TimeSpan.FromMinutes(1), Test));
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
