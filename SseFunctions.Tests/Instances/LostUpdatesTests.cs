using System.Globalization;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Instances;

/// <summary>Several instances that share one Redis, which is replaced by a Redis with all updates, or without some.
/// </summary>
public sealed class LostUpdatesTests : IAsyncDisposable
{
    private readonly List<RedisServer> _servers = [];
    private Deployment? _app;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        foreach (var server in _servers) await server.DisposeAsync();
    }

    [Fact]
    public async Task Redis_comes_back_empty_and_everyone_is_told_and_no_id_goes_backwards()
    {
        var redis = await StartRedis();
        var app = _app = await Deployment.Start(2, redis.ImpatientConnectionString);
        await app.Load(haveIds: false);
        await redis.Kill();
        await app.IsRefused(1);
        var before = app.Publishers.Select(publisher => publisher.Taken.Count).ToArray();
        await redis.Run();
        await app.Publishes(100);
        await app.Finish();

        var log = await app.ReadLog();
        Assert.Equal(Verdict.Good, app.Judge(log));
        Assert.DoesNotContain(0, app.Subscribers.Select(subscriber => subscriber.Told));
        Assert.All(
            app.Subscribers,
            subscriber => Assert.All(Positions(subscriber).Zip(Positions(subscriber).Skip(1)), IsForward));
        foreach (var (publisher, first) in app.Publishers.Zip(before))
        {
            var own = publisher.Taken.Skip(first).ToHashSet();
            Assert.Equal(publisher.Taken.Skip(first), log.Where(own.Contains));
        }
    }

    [Fact]
    public async Task A_replica_is_promoted_that_has_everything()
    {
        var (primary, replica) = await StartPair();
        var app = _app = await Deployment.Start(2, ConnectionString(primary, replica));
        await app.Load();
        await app.Pause();
        await HasEverything(replica, primary);
        await primary.Kill();
        app.Resume();
        await app.IsRefused(1);
        await replica.Ask("REPLICAOF", "NO", "ONE");
        await app.Publishes(100);
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task Primary_and_replica_change_places()
    {
        var (primary, replica) = await StartPair();
        var app = _app = await Deployment.Start(2, ConnectionString(primary, replica));
        await app.Load();
        // Does not wait for a refusal: Redis refuses for about 2 s, and a publisher may send nothing in that time.
        await primary.Ask("FAILOVER");
        await UntilReplication(replica, "role:master");
        await UntilReplication(primary, "role:slave");
        await app.Publishes(100);
        await app.NothingIsWrong();
    }

    [Fact]
    public async Task A_replica_is_promoted_that_lacks_the_last_updates_and_the_instances_restore_them()
    {
        var (primary, replica) = await StartPair();
        var app = _app = await Deployment.Start(2, ConnectionString(primary, replica));
        await app.Load();
        await app.Pause();
        await HasEverything(replica, primary);
        // No server listens on this port: the replica stays a replica, and receives no more updates.
        await replica.Ask("REPLICAOF", "127.0.0.1", Ports.Free());
        app.Resume();
        await app.Publishes(10);
        await app.Pause();
        // An instance that has not read the last updates could append before another one restores them.
        await app.AllHaveEverything();
        Assert.NotEqual(await Tail(primary), await Tail(replica));
        await primary.Kill();
        app.Resume();
        await app.IsRefused(1);
        await replica.Ask("REPLICAOF", "NO", "ONE");
        await app.Publishes(100);
        await app.NothingIsWrong();
    }

    private static void IsForward((LogPosition Before, LogPosition After) pair) =>
        Assert.True(pair.Before < pair.After, $"{pair}");

    private static IEnumerable<LogPosition> Positions(MovingSubscriber subscriber) => subscriber.Everything
        .Where(next => next.Data != Deployment.End)
        .Select(next => LogPosition.TryParse(next.EventId!, out var position)
            ? position
            : throw new FormatException(next.EventId));

    // Compares the offsets. The command WAIT would only consider the writes of its own connection.
    private static async Task HasEverything(RedisServer replica, RedisServer primary)
    {
        var written = await Offset(primary, "master_repl_offset");
        var limit = DateTime.UtcNow + Limits.Soon;
        while (await Offset(replica, "slave_repl_offset") is var has && has < written)
        {
            Assert.True(DateTime.UtcNow < limit, $"The replica has {has} of {written} bytes.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<long> Offset(RedisServer server, string name)
    {
        var lines = (await Replication(server)).Split('\n');
        var line = lines.Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Trim(), CultureInfo.InvariantCulture);
    }

    private static async Task<string> Tail(RedisServer server) =>
        (string)(await server.Ask("HGET", "{sse}:state", "tail"))!;

    private static string ConnectionString(RedisServer primary, RedisServer replica) =>
        $"127.0.0.1:{replica.Port},{primary.ImpatientConnectionString}";

    private async Task<RedisServer> StartRedis(params string[] arguments)
    {
        var server = await RedisServer.Start(arguments);
        _servers.Add(server);
        return server;
    }

    private async Task<(RedisServer Primary, RedisServer Replica)> StartPair()
    {
        var primary = await StartRedis("--repl-diskless-sync-delay", "0");
        var replica = await StartRedis("--replicaof", "127.0.0.1", $"{primary.Port}");
        // Wait until the replica has copied the data. Otherwise it might be promoted before it begins to copy.
        await UntilReplication(replica, "master_link_status:up");
        return (primary, replica);
    }

    // Waits until INFO replication of the server contains this line.
    private static async Task UntilReplication(RedisServer server, string line)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (await Replication(server) is var info && !info.Contains(line, StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < limit, $"INFO replication never had '{line}': {info}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> Replication(RedisServer server) =>
        (string)(await server.Ask("INFO", "replication"))!;
}
