using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Topics;
using SseFunctions.Tests.Support;
using static SseFunctions.Tests.Support.HubClient;

namespace SseFunctions.Tests.Hub;

/// <summary>The active subscriptions of several instances that share one Redis.</summary>
public sealed class SharedPresenceTests : IAsyncDisposable
{
    private const string Root = $"{HubClient.Path}/subscriptions";
    private const string AllOfThem = Root + "{/topic}{/subscriber}";
    private const string Watched = $"topic={Root}%7B/topic%7D%7B/subscriber%7D";

    private static readonly (string, string) Watcher = Bearer(Jwt.Subscriber(AllOfThem, "end"));
    private static readonly RegistryTimes Usual = RegistryTimes.Default;
    // Not shorter: after a late renewal, an instance must wait again for DeadAfter before it treats another as dead.
    // And a busy machine may stop an instance for seconds: it must not count as dead before the test ends.
    private static readonly RegistryTimes Short = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));
    // An instance with these times does not notice a loss during a test, and does not count as dead.
    private static readonly RegistryTimes Long = new(TimeSpan.FromHours(1), TimeSpan.FromHours(4));

    private readonly List<IAsyncDisposable> _started = [];

    [Fact]
    public async Task Each_instance_lists_and_tells_the_subscribers_of_all()
    {
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        await using var watcher = await Watch(other);
        var subscriber = await one.Subscribe("topic=a");
        var came = await NextOf(watcher, "a");
        Assert.True(came.GetProperty("active").GetBoolean());
        foreach (var host in new[] { one, other })
        {
            var listed = Assert.Single(await List(host, "/a"));
            Assert.Equal(came.GetProperty("id").GetRawText(), listed.GetProperty("id").GetRawText());
            using var single = await host.Get(came.GetProperty("id").GetString()!, Watcher);
            Assert.Equal(HttpStatusCode.OK, single.StatusCode);
        }
        await subscriber.DisposeAsync();
        var gone = await NextOf(watcher, "a");
        Assert.False(gone.GetProperty("active").GetBoolean());
        Assert.Equal(came.GetProperty("subscriber").GetString(), gone.GetProperty("subscriber").GetString());
        foreach (var host in new[] { one, other }) Assert.Empty(await List(host, "/a"));
    }

    [Fact]
    public async Task Topic_and_payload_are_the_same_to_all_whatever_is_in_them()
    {
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        await using var watcher = await Watch(other);
        const string topic = "\"\\u0041'%00\u007f\u2028\u0085é😀</script>], -1";
        var payload = new
        {
            text = topic + "\n\r\0",
            nested = new object?[] { null, 1.50, -0.0, new { @__proto__ = "" } },
            empty = "",
        };
        await using var subscriber = await one.Subscribe(
            $"topic={Uri.EscapeDataString(topic)}", Bearer(Jwt.Mint(new { mercure = new { payload } })));
        var told = await NextOf(watcher, topic);
        var listed = (await List(other, "")).Single(document => Topic(document) == topic);
        Assert.Equal(JsonSerializer.Serialize(payload), told.GetProperty("payload").GetRawText());
        foreach (var name in new[] { "id", "topic", "subscriber", "payload" })
            Assert.Equal(told.GetProperty(name).GetRawText(), listed.GetProperty(name).GetRawText());
    }

    [Fact]
    public async Task Thousands_that_come_and_go_at_once_are_all_listed_and_then_all_gone()
    {
        const int count = 3000;
        var redis = await StartRedis();
        var (one, other) = (await StartHost(redis), await StartHost(redis));
        var active = one.Services.GetRequiredService<ActiveSubscriptions>();
        var all = Enumerable.Range(0, count).Select(_ => active.Of(TopicMatcherSet.Parse(["a"]), null)!).ToList();
        foreach (var subscriber in all) subscriber.Begin();
        await Until(async () => await TryList(other, "/a") is { Count: count }, "list of all");
        Assert.Equal(
            count, (await List(one, "/a")).Select(item => item.GetProperty("id").GetString()).Distinct().Count());
        foreach (var subscriber in all) Assert.True(subscriber.EndAsync().IsCompletedSuccessfully);
        await Until(async () => await TryList(other, "/a") is [], "empty list");
        // The list changes before the announcements.
        var log = one.Services.GetRequiredService<IEventLog>();
        await Until(() => Task.FromResult(log.Size.Count >= 2 * count), "last that is told");
        Assert.Equal(2 * count, log.Size.Count);
    }

    [Fact]
    public async Task Of_an_instance_that_died_they_vanish_and_that_is_told_once()
    {
        var redis = await StartRedis();
        var survivors =
            new[] { await StartHost(redis, Short), await StartHost(redis, Short), await StartHost(redis, Short) };
        await using var watcher = await Watch(survivors[0]);
        // This instance never renews its registration, because its clock stands still. The others treat it as dead.
        var dying = await StartHost(redis, Short, new FakeTimeProvider(DateTimeOffset.UtcNow));
        await using var subscriber = await dying.Subscribe("topic=a&topic=b");
        Assert.True((await NextOf(watcher, "a")).GetProperty("active").GetBoolean());
        Assert.True((await NextOf(watcher, "b")).GetProperty("active").GetBoolean());

        var gone = await watcher.Next(2);
        Assert.Equal(["a", "b"], gone.Select(data => Topic(Json(data))));
        Assert.All(gone, data => Assert.False(Json(data).GetProperty("active").GetBoolean()));
        await Until(
            async () => (int)await redis.Ask("ZCARD", "{sse}:instances") == survivors.Length, "end of the clearing up");
        foreach (var host in survivors)
        {
            Assert.DoesNotContain(
                await List(host, ""), document => Topic(document) is "a" or "b");
        }
        // Only the line about the instance with the subscriber: a slow one may count as dead, and register again.
        Assert.Single(
            survivors.SelectMany(host => host.Logs.Entries),
            line => line.Message.Contains("announces that the 1 subscribers", StringComparison.Ordinal));
        await survivors[1].Publish("topic=end&data=%22end%22");
        Assert.Equal(["\"end\""], await watcher.Next(1));
        Assert.Equal(0, (int)await redis.Ask("EXISTS", "{sse}:leases"));
    }

    [Fact]
    public async Task An_instance_that_stood_still_and_goes_on_tells_its_subscribers_anew()
    {
        var redis = await StartRedis();
        var host = await StartHost(redis, Short);
        await using var watcher = await Watch(host);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var standing = await StartHost(redis, Short, time);
        await using var subscriber = await standing.Subscribe("topic=a");
        var came = await NextOf(watcher, "a");
        Assert.False((await NextOf(watcher, "a")).GetProperty("active").GetBoolean());
        await Until(
            async () => (await redis.Ask("EXISTS", "{sse}:leases")).ToString() == "0", "end of the clearing up");
        time.Advance(Short.RenewEvery);
        var again = await NextOf(watcher, "a");
        Assert.Equal(came.GetRawText(), again.GetRawText());
        // The instance's clock stands still, so it may count as dead once more before the list is read.
        JsonElement? listed = null;
        await Until(
            async () =>
            {
                time.Advance(Short.RenewEvery);
                if (await TryList(host, "/a") is [var only]) listed = only;
                return listed is not null;
            },
            "subscriber in the list");
        Assert.Equal(came.GetProperty("id").GetString(), listed?.GetProperty("id").GetString());
        Assert.Contains(standing.Logs.Entries, line => line.Message.Contains(
            "has lost the active subscriptions of this instance", StringComparison.Ordinal));
    }

    // Redis loses values when a replica is promoted that lacks them, or when it evicts keys against the documentation.
    [Theory]
    [InlineData("DEL", "{sse}:instances")]
    [InlineData("HDEL")]
    [InlineData("HSET")]
    public async Task What_Redis_loses_or_keeps_by_mistake_is_put_right(string command, params string[] arguments)
    {
        var redis = await StartRedis();
        var host = await StartHost(redis, Long with { RenewEvery = TimeSpan.FromMilliseconds(100) });
        // This instance must not notice the loss: it would announce its watcher anew.
        await using var watcher = await Watch(await StartHost(redis, Long));
        await using var subscriber = await host.Subscribe("topic=a");
        var came = await NextOf(watcher, "a");
        if (arguments.Length == 0)
        {
            var id = came.GetProperty("subscriber").GetString()!;
            var key = await KeyOf(redis, id);
            arguments = command == "HDEL" ? [key, id] : [key, "urn:uuid:1", "{\"topics\":[\"a\"]}"];
        }
        await redis.Ask(command, [.. arguments]);
        if (command == "HSET")
        {
            // A client may have found this subscriber in the list.
            var gone = await NextOf(watcher, "a");
            Assert.Equal("urn:uuid:1", gone.GetProperty("subscriber").GetString());
            Assert.False(gone.GetProperty("active").GetBoolean());
        }
        Assert.Equal(came.GetRawText(), (await NextOf(watcher, "a")).GetRawText());
        Assert.Single(await List(host, "/a"));
    }

    // A promoted replica that lacks the last two changes has the right number of values.
    [Fact]
    public async Task An_earlier_state_in_Redis_is_noticed_and_who_has_gone_since_is_told_to_have_gone()
    {
        var redis = await StartRedis();
        var host = await StartHost(redis, Long with { RenewEvery = TimeSpan.FromMilliseconds(100) });
        await using var watcher = await Watch(await StartHost(redis, Long));
        var leaving = await host.Subscribe("topic=leaving");
        var left = await NextOf(watcher, "leaving");
        var key = await KeyOf(redis, left.GetProperty("subscriber").GetString()!);
        var earlier = (byte[])(await redis.Ask("DUMP", key))!;
        await leaving.DisposeAsync();
        var gone = await NextOf(watcher, "leaving");
        await using var coming = await host.Subscribe("topic=coming");
        var came = await NextOf(watcher, "coming");
        // The list changes before the announcement, here as always. So without an announcement it changes too.
        await redis.Ask("ACL", "SETUSER", "default", "-xadd");
        await redis.Ask("RESTORE", key, 0, earlier, "REPLACE");
        await Until(async () => await TryList(host, "/leaving") is [], "list without the one that has gone");
        await redis.Ask("ACL", "SETUSER", "default", "+@all");
        Assert.Equal(gone.GetRawText(), (await NextOf(watcher, "leaving")).GetRawText());
        Assert.Equal(came.GetRawText(), (await NextOf(watcher, "coming")).GetRawText());
        await Until(async () => await TryList(host, "/coming") is [_], "list");
        Assert.Empty(await List(host, "/leaving"));
    }

    [Fact]
    public async Task When_Redis_was_emptied_those_who_come_back_are_known_to_all()
    {
        var redis = await StartRedis();
        var (one, other) = (await StartImpatientHost(redis, Short), await StartImpatientHost(redis, Short));
        await using var subscriber = await one.Subscribe("topic=a");
        await using (var watcher = await Watch(other))
        {
            await Until(async () => await TryList(other, "/a") is [_], "subscriber");
            // The list has a subscriber before the log has the update about it. And an instance that has read nothing
            // from the log yet misses nothing when the log is lost: it ends no streams.
            var log = one.Services.GetRequiredService<IEventLog>();
            await Until(() => Task.FromResult(log.Size.Count > 0), "entry that the first instance can lose");
            await redis.Kill();
            await redis.Run();
            await watcher.UntilEnd();
        }
        Assert.DoesNotContain(await subscriber.UntilEnd(), item => item.Data.Length > 0);
        await using var back = await one.Subscribe("topic=a");
        await Until(
            async () => await TryList(other, "/a") is [var listed] && Topic(listed) == "a",
            "subscriber that came back");
    }

    [Fact]
    public async Task While_Redis_is_down_no_stream_waits_and_then_what_has_changed_is_told()
    {
        var redis = await StartRedis("--appendonly", "yes", "--appendfsync", "always");
        var host = await StartImpatientHost(redis, Usual);
        await using var watcher = await Watch(host);
        var leaving = await host.Subscribe("topic=leaving");
        await NextOf(watcher, "leaving");
        await redis.Kill();
        var passing = await host.Subscribe("topic=passing");
        await using var coming = await host.Subscribe("topic=coming");
        await host.Logs.First("Active subscriptions cannot be shared");
        var late = await host.Subscribe("topic=late");
        foreach (var stream in new[] { leaving, passing, late }) await stream.DisposeAsync();
        await Until(
            () => Task.FromResult(
                host.Logs.Entries.Count(line => line.Message.Contains("client_gone", StringComparison.Ordinal)) == 3),
            "end of the streams");
        Assert.DoesNotContain(
            host.Logs.Entries, line => line.Message.Contains("did not stop", StringComparison.Ordinal));
        using (var refused = await host.Get(Root, Watcher))
        {
            Assert.Equal(
                "The active subscriptions are not known just now: try again.",
                await refused.Problem(HttpStatusCode.ServiceUnavailable));
            Assert.Equal("5", refused.Header("Retry-After"));
        }

        await redis.Run();
        await host.Logs.First("shared with other instances again");
        await Until(async () => await TryList(host, "/coming") is [_], "list");
        Assert.Empty(await List(host, "/leaving"));
        await UntilTaken(host);
        var told = new List<(string, bool)>();
        while (await watcher.Next() is var next && next.Data != "end")
            told.Add((Topic(Json(next.Data)), Json(next.Data).GetProperty("active").GetBoolean()));
        // Each change is announced once, or repeatedly if an answer of Redis was late.
        Assert.Equal([("coming", true), ("leaving", false)], told.Distinct().Order());
    }

    [Fact]
    public async Task An_instance_that_stops_leaves_nothing_behind()
    {
        // An instance that stops takes at most one second for its announcements. A busy machine may need longer.
        const int Tries = 3;
        for (var tries = 1; !await IsInTime(); tries++) Assert.True(tries < Tries, "It was always too late.");

        async Task<bool> IsInTime()
        {
            var redis = await StartRedis();
            var (one, other) = (await StartHost(redis), await StartHost(redis));
            await using var watcher = await Watch(other);
            await using var subscriber = await one.Subscribe("topic=a");
            await NextOf(watcher, "a");
            await one.Stop();
            if (one.Logs.Entries.Any(
                line => line.Message.StartsWith("The host stopped before this", StringComparison.Ordinal)))
                return false;
            Assert.False((await NextOf(watcher, "a")).GetProperty("active").GetBoolean());
            Assert.Equal(1, (int)await redis.Ask("ZCARD", "{sse}:instances"));
            Assert.Empty(await List(other, "/a"));
            Assert.Empty(one.Logs.Errors);
            return true;
        }
    }

    [Fact]
    public async Task With_the_setting_off_nothing_of_it_is_in_Redis()
    {
        var redis = await StartRedis();
        var host = await LocalHostServer.Start(null, $"Redis:ConnectionString={redis.ConnectionString}");
        _started.Add(host);
        await using var subscriber = await host.Subscribe("topic=a");
        await host.Publish("topic=a&data=a");
        Assert.Equal("a", (await subscriber.Next()).Data);
        Assert.Equal(0, (int)await redis.Ask("EXISTS", "{sse}:instances"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in _started.AsEnumerable().Reverse()) await started.DisposeAsync();
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string Topic(JsonElement document) => document.GetProperty("topic").GetString()!;

    private static async Task<JsonElement> NextOf(HubSubscription watcher, string topic)
    {
        var document = Json((await watcher.Next()).Data);
        Assert.Equal(topic, Topic(document));
        return document;
    }

    private static async Task<HubSubscription> Watch(LocalHostServer host)
    {
        var watcher = await host.Subscribe($"{Watched}&topic=end", Watcher);
        // The watcher's own two subscriptions.
        Assert.Equal(2, (await watcher.Next(2)).Count);
        return watcher;
    }

    // Waits until the list is available.
    private static async Task<List<JsonElement>> List(LocalHostServer host, string path)
    {
        List<JsonElement>? listed = null;
        await Until(async () => (listed = await TryList(host, path)) is not null, "list");
        return listed!;
    }

    // Null while the list is not available.
    private static async Task<List<JsonElement>?> TryList(LocalHostServer host, string path)
    {
        using var answer = await host.Get(Root + path, Watcher);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) return null;
        var text = await answer.Text();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return [.. Json(text).GetProperty("subscriptions").EnumerateArray()];
    }

    // The key of the values of the instance that has this subscriber.
    private static async Task<string> KeyOf(RedisServer redis, string subscriber)
    {
        foreach (var instance in (string[])(await redis.Ask("ZRANGE", "{sse}:instances", 0, -1))!)
        {
            var key = $"{{sse}}:subscriptions:{instance}";
            if ((int)await redis.Ask("HEXISTS", key, subscriber) == 1) return key;
        }
        throw new InvalidOperationException($"No instance has {subscriber}.");
    }

    private static async Task Until(Func<Task<bool>> isSo, string what)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < limit, $"There was no {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private static Task UntilTaken(LocalHostServer host) => Until(
        async () =>
        {
            using var answer = await host.Post("topic=end&data=end", Bearer(Everything));
            return answer.StatusCode == HttpStatusCode.OK;
        },
        "room for an update");

    private async Task<RedisServer> StartRedis(params string[] arguments)
    {
        var redis = await RedisServer.Start(arguments);
        _started.Add(redis);
        return redis;
    }

    private Task<LocalHostServer> StartHost(RedisServer redis) => StartHost(redis, Usual);

    private Task<LocalHostServer> StartHost(RedisServer redis, RegistryTimes times, FakeTimeProvider? time = null) =>
        StartHost(redis.ConnectionString, times, time);

    // Starts a host with short timeouts for Redis.
    private Task<LocalHostServer> StartImpatientHost(RedisServer redis, RegistryTimes times) =>
        StartHost(redis.ImpatientConnectionString, times);

    private async Task<LocalHostServer> StartHost(
        string connectionString, RegistryTimes times, FakeTimeProvider? time = null)
    {
        var host = await LocalHostServer.Start(
            services => services.AddSingleton(times),
            time,
            $"Redis:ConnectionString={connectionString}",
            "Hub:Subscriptions=true");
        _started.Add(host);
        await host.KnowsLog();
        // An instance whose clock stands still may count as dead before it is asked for the list.
        if (time is null) await host.KnowsSubscribers();
        return host;
    }
}
