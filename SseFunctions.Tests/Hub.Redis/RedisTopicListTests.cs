using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseFunctions.Hub;
using SseFunctions.Hub.Redis;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.Redis.TopicLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>Lists of topic logs of which some are no longer kept.</summary>
public sealed class RedisTopicListTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly string _prefix = $"{Guid.NewGuid()}";
    private RedisConnection? _connection;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_page_is_full_although_some_of_its_logs_are_no_longer_kept()
    {
        var store = NewStore();
        for (var number = 0; number < 20; number++)
        {
            var isKept = number % 5 == 0;
            await Create(store, $"/a/{number}", isKept ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(1));
        }
        await WaitForEnd(store, "/a/19");
        var first = await store.ListAsync("/a", long.MaxValue, 3, Test);
        Assert.Equal(["/a/15", "/a/10", "/a/5"], first.Select(summary => summary.Topic));
        var before = first[^1].Created.ToUnixTimeMilliseconds();
        Assert.Equal("/a/0", Assert.Single(await store.ListAsync("/a", before, 3, Test)).Topic);
    }

    [Fact]
    public async Task A_topic_that_has_a_new_log_stays_in_the_list()
    {
        var store = NewStore();
        await Create(store, "/a/1", TimeSpan.FromMilliseconds(1));
        await Create(store, "/a/2", TimeSpan.FromMilliseconds(1));
        await WaitForEnd(store, "/a/2");
        await Create(store, "/a/1", TimeSpan.FromHours(1));
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(
                ["/a/1"],
                (await store.ListAsync("/a", long.MaxValue, 5, Test)).Select(summary => summary.Topic));
        }
    }

    private static async Task Create(RedisTopicStore store, string topic, TimeSpan retention) =>
        Assert.True(await store.TryCreateAsync(topic, new TopicAppend("x", ""), retention, Test));

    private static async Task WaitForEnd(RedisTopicStore store, string topic)
    {
        while (await store.ReadAsync(topic, 0, -1, Test) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), Test);
    }

    private RedisTopicStore NewStore() => new(_connection = new RedisConnection(
        new RedisOptions { ConnectionString = redis.Server.ConnectionString, KeyPrefix = _prefix },
        new RedisConnectionMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
        TimeProvider.System,
        NullLogger<RedisConnection>.Instance));
}
