using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>A log in Redis with the default limits and timeouts.</summary>
public sealed class ShippedLogTests : IAsyncDisposable
{
    private static readonly LogLimits Usual = new(10_000, 64 * 1024 * 1024, TimeSpan.FromDays(1));

    private readonly RedisLogs _logs = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    // Redis must hold the updates until the other instance has read them, although each instance holds fewer.
    [Fact]
    public async Task However_short_the_history_no_instance_misses_what_another_publishes_at_once()
    {
        const int Together = 2000;
        await using var server = await RedisServer.Start();
        var limits = Usual with { MaxCount = 100 };
        var (one, other) = (await _logs.StartAsForUsers(server, limits), await _logs.StartAsForUsers(server, limits));
        var following = other.FollowPositions(Together);
        var entries = await Task.WhenAll(Enumerable.Range(0, Together).Select(number =>
            one.AppendAsync(new Update(["a"], $"{number}"), Test).AsTask()));
        Assert.Equal(entries.Select(entry => entry.Position), await following.Within("all updates"));
        Assert.Equal((100, 100), (one.Size.Count, other.Size.Count));
    }

    [Fact]
    public async Task Each_instance_holds_the_same_also_one_that_comes_later_and_also_where_bytes_are_the_limit()
    {
        await using var server = await RedisServer.Start();
        var limits = Usual with { MaxBytes = 4 * 1024 * 1024 };
        var one = await _logs.StartAsForUsers(server, limits);
        // JSON escapes quotes, so each takes two bytes in Redis.
        var data = new string('"', 4000);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 300).Select(number => one.AppendAsync(
                new Update(["a"], data) { Id = $"{round}-{number}" }, Test).AsTask()));
        }
        var late = await _logs.StartAsForUsers(server, limits);
        Assert.Equal((one.Start, one.Tail, one.Size), (late.Start, late.Tail, late.Size));
        var held = new LogEntry[one.Size.Count];
        Assert.Equal(held.Length, one.Read(one.Start, held));
        var again = await late.AppendAsync(new Update(["a"], data) { Id = held[0].Id }, Test);
        Assert.Equal(held[0].Position, again.Position);
    }

    // The client's timeout must not be shorter than the time until which Redis may execute the append.
    [Fact]
    public async Task With_no_time_limit_set_nothing_that_was_refused_is_stored_later()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.StartAsForUsers(server, Usual, $"127.0.0.1:{server.Port}");
        await Until(() => Taken(log, "before"));
        server.Stop();
        await Assert.ThrowsAsync<HubUnavailableException>(
            () => log.AppendAsync(new Update(["a"], "refused"), Test).AsTask().Within("answer"));
        server.Continue();
        await Until(() => Taken(log, "after"));
        Assert.Equal(2, (int)await server.Ask("XLEN", "{sse}:log"));
    }

    // By default, a user of Redis 7 has all rights except those to channels.
    [Fact]
    public async Task Who_may_neither_ring_nor_hear_the_bell_publishes_and_reads_all_the_same()
    {
        await using var server = await RedisServer.Start();
        await server.Ask("ACL", "SETUSER", "app", "on", ">pw", "~{sse}:*", "+@all", "resetchannels");
        var connection = $"{server.ConnectionString},user=app,password=pw";
        var (one, other) = (
            await _logs.StartAsForUsers(server, Usual, connection),
            await _logs.StartAsForUsers(server, Usual, connection));
        var following = other.FollowPositions(1);
        var entry = await one.AppendAsync(new Update(["a"], "a"), Test);
        Assert.Equal([entry.Position], await following.Within("update"));
        Assert.Contains(
            "&{sse}:bell",
            (await _logs.Logs.First("does not let this instance listen")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no update")]
    [InlineData("""{"topics":[null],"data":"x"}""")]
    [InlineData("""{"topics":null,"data":"x"}""")]
    [InlineData("""{"topics":["a"],"data":"x","retry":9223372036854775807}""")]
    [InlineData("""{"topics":["a"],"data":"x","retry":-1}""")]
    [InlineData("""{"topics":["a"],"data":"x","type":"a\nb"}""")]
    public async Task What_is_no_update_is_passed_over(string stored)
    {
        await using var server = await RedisServer.Start();
        var (one, other) = (await _logs.StartAsForUsers(server, Usual), await _logs.StartAsForUsers(server, Usual));
        var first = await one.AppendAsync(new Update(["a"], "first"), Test);
        var (tail, id) = (first.Id[1..], $"{first.Position.Milliseconds}-{first.Position.Sequence + 1}");
        await server.Ask("XADD", "{sse}:log", id, "p", tail, "", stored);
        await server.Ask("HSET", "{sse}:state", "tail", id);
        await Until(() => Task.FromResult($"#{id}" == other.LastId));
        Assert.False(other.IsCut);
        Assert.Equal(2, other.Size.Count);
    }

    // XADD fails if somebody else has added an entry with a greater id. The entries that were dropped before must stay
    // counted as dropped.
    [Fact]
    public async Task Counts_stay_right_when_an_append_fails_after_the_log_was_trimmed()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server, limits: Usual with { MaxCount = 4 });
        for (var count = 0; count < 10; count++) await log.AppendAsync(new Update(["a"], $"{count}"), Test);
        // No entry can follow the greatest id.
        await server.Ask("XADD", "{sse}:log", $"{ulong.MaxValue}-{ulong.MaxValue}", "p", "0-0", "", "x");
        // Appends trim the log at most once a second.
        await Task.Delay(TimeSpan.FromSeconds(1.1), Test);
        for (var count = 0; count < 3; count++)
            await Assert.ThrowsAsync<HubUnavailableException>(
                () => log.AppendAsync(new Update(["a"], "refused"), Test).AsTask());
        // The length includes the foreign entry, which is not counted.
        var length = (int)await server.Ask("XLEN", "{sse}:log");
        Assert.Equal(length - 1, (int)await server.Ask("HGET", "{sse}:state", "count"));
        Assert.InRange(length - 1, 1, 4);
    }

    [Fact]
    public async Task It_can_be_disposed_of_in_the_middle_of_appends_and_twice()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.StartAsForUsers(server, Usual);
        await log.AppendAsync(new Update(["a"], "before"), Test);
        var appends = Enumerable.Range(0, 2000)
            .Select(_ => log.AppendAsync(new Update(["a"], "a"), Test).AsTask()).ToList();
        await _logs.End(log);
        await _logs.End(log);
        foreach (var append in appends)
        {
            try
            {
                await append.Within("answer");
            }
            catch (HubUnavailableException)
            {
                // This update had not been sent.
            }
        }
        await Assert.ThrowsAsync<HubUnavailableException>(
            () => log.AppendAsync(new Update(["a"], "after"), Test).AsTask().Within("answer"));
    }

    // Publishes again until Redis has answered in time. With an id the update is in the log once.
    private static async Task<bool> Taken(RedisEventLog log, string id)
    {
        try
        {
            await log.AppendAsync(new Update(["a"], "data") { Id = id }, Test);
            return true;
        }
        catch (HubUnavailableException)
        {
            return false;
        }
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < limit);
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
        }
    }
}
