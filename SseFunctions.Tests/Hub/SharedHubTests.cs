using System.Net;
using Microsoft.Extensions.Logging;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>Two instances of the app that share one Redis.</summary>
public sealed class SharedHubTests : IAsyncDisposable
{
    private const string Healthy =
        "{\"status\":\"Healthy\",\"checks\":{\"hub\":\"Healthy\",\"hub-redis\":\"Healthy\"}}";
    private const string Degraded =
        "{\"status\":\"Degraded\",\"checks\":{\"hub\":\"Healthy\",\"hub-redis\":\"Degraded\"}}";

    private const string Unhealthy =
        "{\"status\":\"Unhealthy\",\"checks\":{\"hub\":\"Healthy\",\"hub-redis\":\"Unhealthy\"}}";

    private readonly List<IAsyncDisposable> _started = [];

    [Fact]
    public async Task What_is_published_on_one_is_delivered_by_the_other_with_the_same_id()
    {
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        await using var here = await one.Subscribe("topic=a");
        await using var there = await other.Subscribe("topic=a");
        for (var count = 0; count < 20; count++)
        {
            var id = await (count % 2 == 0 ? one : other).Publish($"topic=a&data={count}");
            foreach (var subscription in new[] { here, there })
            {
                var next = await subscription.Next();
                Assert.Equal((id, $"{count}"), (next.EventId, next.Data));
            }
        }
    }

    [Fact]
    public async Task A_stream_that_broke_on_one_goes_on_at_the_other()
    {
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        var ids = new List<string>();
        for (var count = 0; count < 10; count++) ids.Add(await one.Publish($"topic=a&data={count}"));
        for (var count = 0; count < 10; count++)
        {
            await using var resumed = await other.Resume("topic=a", ids[count]);
            Assert.Equal(ids[count], resumed.LastEventId);
            Assert.Equal(
                Enumerable.Range(count + 1, 9 - count).Select(number => $"{number}"), await resumed.Next(9 - count));
        }
        await using var now = await other.Resume("topic=a", await one.Publish("topic=a&data=last&id=own"));
        Assert.Equal("own", now.LastEventId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_broke_before_its_first_update_goes_on_at_the_other_and_after_a_restart(bool isEmpty)
    {
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        if (!isEmpty) await one.Publish("topic=a&data=before&id=own");
        await other.Publish("topic=b&data=secret&id=secret&private");
        var cursor = await CursorOf(one);
        await one.Publish("topic=a&data=1");
        await (await other.Resume("topic=a", cursor)).DisposeAsync();
        Assert.Equal(cursor, await CursorOf(other, cursor));
        await one.Publish("topic=a&data=2&id=own");
        await Resumes(other);
        await one.Stop();
        await Resumes(await StartHost(redis));

        async Task Resumes(LocalHostServer host)
        {
            await using var resumed = await host.Resume("topic=a", cursor);
            Assert.Equal(cursor, resumed.LastEventId);
            Assert.Equal(["1", "2"], await resumed.Next(2));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_Redis_has_lost_the_log_one_that_had_no_update_yet_is_told_too(bool isEmpty)
    {
        var redis = await StartRedis();
        var host = await StartImpatientHost(redis);
        if (!isEmpty) await UntilTaken(host, "topic=a&data=before");
        var cursor = await CursorOf(host);
        await UntilTaken(host, "topic=a&data=lost");
        await using var open = await host.Subscribe("topic=a");
        await redis.Kill();
        await redis.Run();
        await UntilTaken(host, "topic=a&data=after");
        // The host may accept the update before it notices that Redis lost the log. Then it ends the streams.
        await open.UntilEnd();
        await using var back = await host.Resume("topic=a", cursor);
        Assert.Equal("earliest", back.LastEventId);
        Assert.Equal("after", (await back.Next()).Data);
        // The stream of a new client begins at a position of the new log, and not of the lost log.
        Assert.NotEqual(cursor, await CursorOf(host));
    }

    // The end of the log is unknown, so a stream that began now could miss the updates of other instances.
    [Fact]
    public async Task Where_Redis_has_not_been_read_yet_a_subscriber_is_told_to_come_again()
    {
        var redis = await StartRedis();
        await redis.Kill();
        var host = await StartHost($"Redis:ConnectionString={redis.ImpatientConnectionString}");
        using (var early = await host.Get($"{HubClient.Path}?topic=a"))
            Assert.Matches("^: missed updates cannot be looked up[^\n]+\nretry: [23][0-9]{3}\n$", await early.Text());
        await redis.Run();
        await UntilHealthIs(host, Healthy);
        Assert.Equal("#0-0", await CursorOf(host));
    }

    [Fact]
    public async Task While_Redis_is_down_publishers_are_told_to_try_again_and_subscribers_stay_and_catch_up()
    {
        var redis = await StartRedis("--appendonly", "yes", "--appendfsync", "always");
        var (one, other) = (await StartImpatientHost(redis), await StartImpatientHost(redis));
        await using var subscription = await other.Subscribe("topic=a");
        await UntilTaken(one, "topic=a&data=before&id=before");
        await redis.Kill();
        using (var refused = await one.Post("topic=a&data=refused", Bearer(Everything)))
        {
            Assert.StartsWith(
                "Nothing can be published just now",
                await refused.Problem(HttpStatusCode.ServiceUnavailable),
                StringComparison.Ordinal);
            Assert.Equal("5", refused.Header("Retry-After"));
        }
        await one.Logs.First("The shared log in Redis cannot be read");
        await UntilHealthIs(one, Degraded);
        await redis.Run();
        await UntilTaken(one, "topic=a&data=after&id=after");
        Assert.Equal(["before", "after"], await subscription.Next(2));
        await UntilHealthIs(other, Healthy);
        Assert.DoesNotContain(
            one.Logs.Errors.Concat(other.Logs.Errors),
            line => line.Category.Contains("Dispatcher", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_Redis_is_full_every_instance_is_unhealthy_and_recovers_without_a_publication()
    {
        var redis = await StartRedis();
        var (publishing, quiet) = (await StartHost(redis), await StartHost(redis));
        await UntilTaken(publishing, "topic=a&data=before");
        await redis.Ask("CONFIG", "SET", "maxmemory", "1mb");
        using (var refused = await publishing.Post("topic=a&data=refused", Bearer(Everything)))
            await refused.Problem(HttpStatusCode.ServiceUnavailable);
        using (var health = await publishing.Get("/healthz"))
        {
            Assert.Equal(Unhealthy, await health.Text());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        }
        await UntilHealthIs(quiet, Unhealthy);
        await quiet.Logs.First("Redis refuses to store updates (OOM)");
        // No publication shows that Redis accepts writes again: both instances must find out with the probe.
        await redis.Ask("CONFIG", "SET", "maxmemory", "0");
        await UntilHealthIs(publishing, Healthy);
        await UntilHealthIs(quiet, Healthy);
        Assert.Equal(0, (int)await redis.Ask("EXISTS", "{sse}:probe"));
        Assert.Equal(1, (int)await redis.Ask("XLEN", "{sse}:log"));
    }

    [Theory]
    [InlineData("-xadd")]
    [InlineData("-hset")]
    public async Task A_Redis_that_may_not_be_written_to_makes_an_instance_unhealthy_that_nobody_publishes_to(
        string forbidden)
    {
        var redis = await StartRedis();
        var host = await StartHost(redis);
        await UntilHealthIs(host, Healthy);
        await redis.Ask("ACL", "SETUSER", "default", forbidden);
        await UntilHealthIs(host, Unhealthy);
        await redis.Ask("ACL", "SETUSER", "default", "+@all");
        await UntilHealthIs(host, Healthy);
    }

    [Fact]
    public async Task When_Redis_has_lost_the_log_subscribers_are_sent_away_and_told_when_they_come_back()
    {
        var redis = await StartRedis();
        var host = await StartImpatientHost(redis);
        await using var subscription = await host.Subscribe("topic=a");
        await using var quiet = await host.Subscribe("topic=quiet");
        var id = await UntilTaken(host, "topic=a&data=before");
        // Wait for the update: otherwise the stream could end before the update has arrived.
        Assert.Equal("before", (await subscription.Next()).Data);
        await redis.Kill();
        await redis.Run();
        await UntilTaken(host, "topic=a&data=after&id=after");
        Assert.Empty(await subscription.UntilEnd());
        Assert.Empty(await quiet.UntilEnd());
        await using var back = await host.Resume("topic=a", id);
        Assert.Equal("earliest", back.LastEventId);
        Assert.Equal("after", (await back.Next()).Data);
    }

    [Theory]
    [InlineData("Redis:ConnectionString=127.0.0.1,ssl=perhaps", "Redis:ConnectionString")]
    [InlineData("Redis:KeyPrefix=a b", "Redis:KeyPrefix")]
    [InlineData("Redis:KeyPrefix={a}", "Redis:KeyPrefix")]
    public async Task A_wrong_setting_is_said_at_start(string setting, string named)
    {
        var wrong = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => LocalHostServer.Start(null, setting));
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WEBSITE_SITE_NAME")]
    [InlineData("WEBSITE_INSTANCE_ID")]
    [InlineData("CONTAINER_APP_NAME")]
    public async Task Says_where_updates_are_held(string setOnAzure)
    {
        await using var alone = await LocalHostServer.Start();
        await alone.Logs.First("The log is in the memory of this instance");
        Assert.DoesNotContain(
            alone.Logs.Entries, line => line.Message.Contains("runs on Azure", StringComparison.Ordinal));
        await using var onAzure = await LocalHostServer.Start(null, $"{setOnAzure}=1");
        var warning = await onAzure.Logs.First("runs on Azure");
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("set Redis__ConnectionString", warning.Message, StringComparison.Ordinal);
        var shared = await StartHost(await StartRedis(), $"{setOnAzure}=1");
        await shared.Logs.First("The log is in Redis");
        Assert.DoesNotContain(
            shared.Logs.Entries, line => line.Message.Contains("runs on Azure", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in _started.AsEnumerable().Reverse()) await started.DisposeAsync();
    }

    private static async Task<string> CursorOf(LocalHostServer host, string? lastEventId = null)
    {
        using var client = await RawClient.Get(
            new Uri(host.Url, $"{HubClient.Path}?topic=a"), lastEventId is null
                ? "" : $"Last-Event-ID: {lastEventId}\r\n");
        return await client.UntilCursor();
    }

    // Publishes until the update is accepted. Returns its id.
    private static async Task<string> UntilTaken(LocalHostServer host, string form)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            using var answer = await host.Post(form, Bearer(Everything));
            if (answer.StatusCode == HttpStatusCode.OK) return await answer.Text();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(DateTime.UtcNow < limit, "It was never taken.");
        }
    }

    // Waits, because the health changes a moment after the log has been read or written, or could not be.
    private static async Task UntilHealthIs(LocalHostServer host, string expected)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            using var answer = await host.Get("/healthz");
            var text = await answer.Text();
            Assert.Equal(text == Unhealthy ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, answer.StatusCode);
            if (text == expected) return;
            Assert.True(DateTime.UtcNow < limit, text);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private async Task<RedisServer> StartRedis(params string[] arguments)
    {
        var redis = await RedisServer.Start(arguments);
        _started.Add(redis);
        return redis;
    }

    private async Task<LocalHostServer> StartHost(RedisServer redis, params string[] settings)
    {
        var host = await StartHost([$"Redis:ConnectionString={redis.ConnectionString}", .. settings]);
        await host.KnowsLog();
        return host;
    }

    // Starts a host with short timeouts for Redis, and waits until it has reached Redis.
    private async Task<LocalHostServer> StartImpatientHost(RedisServer redis)
    {
        var host = await StartHost($"Redis:ConnectionString={redis.ImpatientConnectionString}");
        await UntilHealthIs(host, Healthy);
        return host;
    }

    private async Task<LocalHostServer> StartHost(params string[] settings)
    {
        var host = await LocalHostServer.Start(null, settings);
        _started.Add(host);
        return host;
    }
}
