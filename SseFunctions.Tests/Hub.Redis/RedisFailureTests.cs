using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Tests.Support;
using StackExchange.Redis;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>How the log behaves when Redis stops, restarts, loses updates or is full.</summary>
public sealed class RedisFailureTests : IAsyncDisposable
{
    private readonly RedisLogs _logs = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    [Fact]
    public async Task While_it_stands_still_nothing_is_taken_and_then_everything_goes_on()
    {
        await using var server = await RedisServer.Start();
        var (one, other) = (await Start(server), await Start(server));
        var before = await UntilTaken(one, "before");
        server.Stop();
        await Assert.ThrowsAsync<HubUnavailableException>(() => Append(one, "refused"));
        server.Continue();
        var after = await UntilTaken(one, "after");
        Assert.Equal(after.Position, await other.Find("after"));
        // Redis received the refused update, and executed the script when it continued. The script must have appended
        // nothing.
        Assert.Equal([before.Position, after.Position], await Held(other, 2));
        Assert.Equal(2, (int)await server.Ask("XLEN", "{sse}:log"));
    }

    [Fact]
    public async Task While_it_stands_still_all_who_wait_are_told_soon_and_only_so_many_may()
    {
        const int Publishers = 4000;
        await using var server = await RedisServer.Start();
        var log = await Start(server);
        server.Stop();
        var began = TimeProvider.System.GetTimestamp();
        var data = new string('x', 32 * 1024);
        var publishers = Enumerable.Range(0, Publishers)
            .Select(_ => log.AppendAsync(new Update(["a"], data), Test).AsTask()).ToList();
        // 64 MiB may wait, and three batches of 4 MiB are sent. All other publishers must be refused immediately.
        Assert.True(publishers.Count(publisher => publisher.IsFaulted) >= Publishers / 4);
        foreach (var publisher in publishers)
        {
            await Assert.ThrowsAsync<HubUnavailableException>(
                () => publisher.Within("answer"));
        }
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        server.Continue();
        await UntilTaken(log, "after");
        Assert.Equal(1, (int)await server.Ask("XLEN", "{sse}:log"));
    }

    [Fact]
    public async Task An_id_that_cannot_be_looked_up_is_not_called_unknown()
    {
        await using var server = await RedisServer.Start("--appendonly", "yes", "--appendfsync", "always");
        var log = await Start(server);
        var known = await UntilTaken(log, "known");
        server.Stop();
        Assert.Equal(known.Position, await log.FindAsync("known", Test));
        await Assert.ThrowsAsync<HubUnavailableException>(
            () => log.FindAsync("of another instance", Test).AsTask().Within("answer"));
        server.Continue();
        await server.Kill();
        var late = await _logs.StartImpatient(server);
        await Assert.ThrowsAsync<HubUnavailableException>(
            () => late.FindAsync("known", Test).AsTask().Within("answer"));
        await Assert.ThrowsAsync<HubUnavailableException>(() => late.FindAsync("#1-0", Test).AsTask().Within("answer"));
        await server.Run();
        await UntilTaken(late, "after");
        Assert.Equal(known.Position, await late.Find("known"));
        Assert.Null(await late.Find("of nobody"));
    }

    [Fact]
    public async Task Restarted_with_what_it_had_stored_nothing_is_lost()
    {
        await using var server = await RedisServer.Start("--appendonly", "yes", "--appendfsync", "always");
        var (one, other) = (await Start(server), await Start(server));
        var follower = other.FollowPositions(20);
        var positions = new List<LogPosition>();
        for (var count = 0; count < 10; count++) positions.Add((await UntilTaken(one, $"{count}")).Position);
        await server.Kill();
        await Assert.ThrowsAsync<HubUnavailableException>(() => Append(one, "refused"));
        await server.Run();
        for (var count = 10; count < 20; count++) positions.Add((await UntilTaken(one, $"{count}")).Position);
        Assert.Equal(positions, await follower.Within("all entries"));
        Assert.Equal(positions[^1], (await UntilTaken(one, "19")).Position);
    }

    [Fact]
    public async Task Restarted_empty_it_goes_on_behind_and_readers_are_told()
    {
        await using var server = await RedisServer.Start();
        var (one, other) = (await Start(server), await Start(server));
        var follower = other.FollowPositions(100);
        var before = await UntilTaken(one, "before");
        Assert.Equal(before.Position, await other.Find(before.Id));
        await server.Kill();
        await server.Run();
        var after = await UntilTaken(one, "after");
        Assert.True(after.Position > before.Position);
        await Assert.ThrowsAsync<LogGapException>(() => follower.Within("gap"));
        Assert.Equal(after.Position, await other.Find("after"));
        Assert.Null(await other.Find(before.Id));
        Assert.Throws<LogGapException>(() => other.Read(before.Position, new LogEntry[1]));
        await _logs.Logs.First("Redis has lost");
        var more = await UntilTaken(other, "more");
        Assert.True(more.Position > after.Position);
    }

    [Fact]
    public async Task Emptied_while_nobody_publishes_ids_go_on_behind_the_last_one_that_anyone_has_seen()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        var before = await Append(log, "before");
        await server.Ask("FLUSHALL");
        await _logs.Logs.First("Redis has lost");
        await log.Find("never");
        Assert.True(log.Tail > before.Position);
        Assert.Null(await log.Find(before.Id));
    }

    // A replica that was promoted before it had received the last entries looks like this.
    [Fact]
    public async Task Without_its_last_entries_it_gets_them_back_from_an_instance_that_has_them()
    {
        await using var server = await RedisServer.Start();
        var (one, other) = (await _logs.Start(server), await _logs.Start(server));
        await Append(one, "kept");
        var loseTheNext = await Backup(server);
        Update[] updates =
        [
            new(["a", "b"], "first line\r\nsecond\n") { Type = "", Id = "own" },
            new(["a"], "data: x\n\nevent: y") { Type = "message", Retry = TimeSpan.FromSeconds(2) },
            new(["a"], "") { IsPrivate = true },
            new(["a"], " \u0000 \u2028 \ud83d\ude00 \ud800") { Id = "other" },
        ];
        foreach (var update in updates) await one.AppendAsync(update, Test);
        var before = await Stored(server);
        var (start, held) = (other.Start, await Held(other, updates.Length + 1));
        await loseTheNext(null);

        var after = await Append(other, "after");
        var stored = await Stored(server);
        Assert.Equal(before, stored[..^1]);
        Assert.Equal(after.Position, await one.Find(after.Id));
        foreach (var log in new[] { one, other, await _logs.Start(server) })
            Assert.Equal([.. held, after.Position], await Held(log, updates.Length + 2));
        Assert.Equal((start, start), (one.Start, other.Start));
        foreach (var update in updates.Where(update => update.Id is not null))
            Assert.Contains((await one.AppendAsync(update, Test)).Position, held);
        await _logs.Logs.First("appended them again");
        Assert.DoesNotContain(
            _logs.Logs.Entries, line => line.Message.Contains("Redis has lost", StringComparison.Ordinal));
    }

    // Nobody publishes: the instances notice the loss when they next read.
    [Fact]
    public async Task Many_lost_entries_come_back_while_nobody_publishes_and_each_once()
    {
        const int Lost = 1500;
        await using var server = await RedisServer.Start();
        var (one, other) = (await _logs.Start(server), await _logs.Start(server));
        await Append(one, "kept");
        var loseTheNext = await Backup(server);
        var data = new string('x', 8000);
        var last = await Task.WhenAll(Enumerable.Range(0, Lost).Select(_ => Append(one, data)));
        await other.Find("never");
        var before = await Stored(server);
        var state = (string[]?)await server.Ask("HMGET", "{sse}:state", "tail", "count", "bytes");
        await loseTheNext(null);
        await _logs.Logs.First("appended them again");
        Assert.Equal(before, await Stored(server));
        Assert.Equal(state, (string[]?)await server.Ask("HMGET", "{sse}:state", "tail", "count", "bytes"));
        Assert.Equal(Lost + 1, (await Held(one, Lost + 1)).Intersect(await Held(other, Lost + 1)).Count());
    }

    // An instance cannot restore what Redis has lost if its mirror does not hold the last entry of Redis, or if another
    // instance has already continued after the loss.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_entries_that_nobody_can_restore_it_goes_on_behind_them_and_keeps_the_history(
        bool isContinued)
    {
        await using var server = await RedisServer.Start();
        var limits = new LogLimits(5, 100_000_000, TimeSpan.FromDays(1));
        var (one, other) = (await _logs.Start(server, limits: limits), await _logs.Start(server, limits: limits));
        var kept = await Append(one, "kept");
        var loseTheNext = await Backup(server);
        var lost = kept;
        for (var count = 0; count < (isContinued ? 1 : 6); count++) lost = await Append(one, "lost");
        Assert.Equal(lost.Position, await other.Find(lost.Id));
        await loseTheNext(isContinued ? lost.Position.Next(DateTimeOffset.UtcNow) : null);

        var after = await UntilTaken(other, "after");
        Assert.True(after.Position > lost.Position);
        foreach (var log in new[] { one, other })
        {
            await _logs.Logs.First("Redis has lost");
            Assert.Equal(after.Position, await log.Find("after"));
            Assert.Null(await log.Find(lost.Id));
            Assert.Equal(kept.Position, await log.Find(kept.Id));
            Assert.Throws<LogGapException>(() => log.Read(lost.Position, new LogEntry[1]));
            var read = new LogEntry[10];
            Assert.Equal("after", read[log.Read(kept.Position, read) - 1].Id);
        }
    }

    // The crash of a server can lose entries that only one instance has read. The others must not append before that
    // instance has restored the entries.
    [Fact]
    public async Task An_instance_that_has_not_seen_the_lost_entries_appends_after_they_are_restored()
    {
        await using var server = await RedisServer.Start();
        var one = await _logs.Start(server);
        var kept = await Append(one, "kept");
        await BecomeAnother(server);
        var loseTheNext = await Backup(server);
        var lost = await Append(one, "lost");
        var isInTime = false;
        LogPosition after = default;
        // On a slow machine the server may open before the first instance has restored the entry: then again.
        for (var limit = DateTime.UtcNow + Limits.Soon; !isInTime && DateTime.UtcNow < limit;)
        {
            await loseTheNext(null);
            var other = await _logs.Start(server);
            var appending = Append(other, "after");
            await one.Find("never");
            isInTime = !appending.IsCompleted;
            after = (await appending).Position;
            if (isInTime)
            {
                foreach (var log in new[] { one, other })
                    Assert.Equal([kept.Position, lost.Position, after], await Held(log, 3));
            }
            else
            {
                lost = await Append(one, "lost");
            }
        }
        Assert.True(isInTime);
    }

    // It would be stored although its publisher may have published it elsewhere meanwhile.
    [Fact]
    public async Task An_update_whose_publisher_has_gone_is_not_stored_when_the_server_opens()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        await Append(log, "before");
        await BecomeAnother(server);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var waiting = log.AppendAsync(new Update(["a"], "waiting"), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within("end"));
        await Append(log, "after");
        Assert.Equal(2, (int)await server.Ask("XLEN", "{sse}:log"));
    }

    [Fact]
    public async Task Lost_entries_come_back_although_the_memory_is_full()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server, limits: new LogLimits(4, 100_000_000, TimeSpan.FromDays(1)));
        for (var count = 0; count < 300; count++) await Append(log, $"{count}");
        var loseTheNext = await Backup(server);
        var lost = await Append(log, "lost");
        await loseTheNext(null);
        await server.Ask("CONFIG", "SET", "maxmemory", "1");
        var after = await UntilTaken(log, "after");
        var held = new LogEntry[10];
        var last = held.AsSpan(0, log.ReadBack(new LogPosition(long.MaxValue, 0), held))[^2..];
        Assert.Equal([lost.Position, after.Position], [last[0].Position, last[1].Position]);
    }

    // XADD refuses the positions of the lost entries if somebody else has added an entry with a greater id.
    [Fact]
    public async Task Lost_entries_that_Redis_does_not_take_back_do_not_stop_publishers()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        var kept = await Append(log, "kept");
        var loseTheNext = await Backup(server);
        var lost = await Append(log, "lost");
        var id = $"{lost.Position.Next(DateTimeOffset.UtcNow)}"[1..];
        await loseTheNext(null);
        await server.Ask("XADD", "{sse}:log", id, "p", $"{kept.Position}"[1..], "", "foreign");
        var after = await UntilTaken(log, "after");
        Assert.True(after.Position > lost.Position);
    }

    [Fact]
    public async Task Another_server_appends_nothing_for_three_seconds()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        var before = await Append(log, "before");
        var runId = (string?)await server.Ask("HGET", "{sse}:state", "server");
        Assert.Contains($"run_id:{runId}", (string)(await server.Ask("INFO", "server"))!, StringComparison.Ordinal);
        await BecomeAnother(server);
        var after = await Append(log, "after");
        var opens = (long)await server.Ask("HGET", "{sse}:state", "opens");
        Assert.InRange(opens, before.Position.Milliseconds + 3000, after.Position.Milliseconds);
        Assert.Equal(runId, (string?)await server.Ask("HGET", "{sse}:state", "server"));
    }

    // Without this right, an instance cannot notice that the server is another one.
    [Fact]
    public async Task Without_the_right_to_INFO_it_appends_immediately()
    {
        await using var server = await RedisServer.Start();
        await server.Ask("ACL", "SETUSER", "app", "on", ">pw", "~{sse}:*", "&{sse}:*", "+@all", "-info");
        var log = await _logs.StartAsForUsers(
            server,
            new LogLimits(10, 1_000_000, TimeSpan.FromDays(1)),
            $"{server.ConnectionString},user=app,password=pw");
        await BecomeAnother(server);
        await Append(log, "first");
        await BecomeAnother(server);
        await Append(log, "second");
        Assert.True((await server.Ask("HGET", "{sse}:state", "opens")).IsNull);
    }

    // Such a reader has received no entry, so only its start position can tell that it has missed some.
    [Fact]
    public async Task At_each_loss_readers_at_the_start_of_the_history_are_told()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        await Append(log, "kept");
        var loseTheNext = await Backup(server);
        for (var loss = 1; loss <= 3; loss++)
        {
            var start = log.Start;
            // The start position names the millisecond of the loss.
            await Task.Delay(TimeSpan.FromMilliseconds(20), Test);
            var lost = await Append(log, "lost");
            await loseTheNext(lost.Position.Next(DateTimeOffset.UtcNow));
            var after = await UntilTaken(log, $"after-{loss}");
            Assert.Equal(after.Position, await log.Find(after.Id));
            Assert.Throws<LogGapException>(() => log.Read(start, new LogEntry[1]));
        }
    }

    // A client that has received no update has the start position as its id, and may come back at any instance.
    [Fact]
    public async Task After_a_loss_an_instance_that_comes_later_does_not_know_the_lost_logs_start_position()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        var start = $"{log.Start}";
        await Append(log, "lost");
        await server.Ask("FLUSHALL");
        await UntilTaken(log, "after");
        Assert.Null(await log.Find(start));
        var late = await _logs.Start(server);
        Assert.Null(await late.Find(start));
        Assert.Equal(log.Start, late.Start);
        Assert.Equal(late.Start, await late.Find($"{late.Start}"));
    }

    [Fact]
    public async Task After_losses_no_start_position_of_one_instance_is_an_earlier_one_of_another()
    {
        await using var server = await RedisServer.Start();
        var one = await _logs.Start(server);
        await Append(one, "kept");
        var loseTheNext = await Backup(server);
        var first = await Append(one, "lost");
        await loseTheNext(first.Position.Next(DateTimeOffset.UtcNow));
        await UntilTaken(one, "after-1");
        var start = $"{one.Start}";
        var other = await _logs.Start(server);
        var lost = await Append(one, "lost");
        Assert.Equal(lost.Position, await other.Find(lost.Id));
        await loseTheNext(lost.Position.Next(DateTimeOffset.UtcNow));
        var after = await UntilTaken(one, "after-2");
        Assert.Equal(after.Position, await other.Find(after.Id));
        Assert.Null(await other.Find(start));
    }

    [Fact]
    public async Task Emptied_while_an_instance_reads_the_history_that_instance_holds_what_the_others_hold()
    {
        await using var server = await RedisServer.Start();
        var one = await _logs.Start(server);
        for (var count = 0; count < 100; count++) await Append(one, new string('x', 20_000));
        await _logs.End(one);
        await server.Ask("CONFIG", "RESETSTAT");
        // Over this network the first page of the history is on its way for about a second. Redis is emptied meanwhile.
        await using var network = new SlowProxy(server.Port, 1_500_000);
        var starting = _logs.StartImpatient(server, network.Port);
        for (var limit = DateTime.UtcNow + Limits.Soon; !await HasRead();) Assert.True(DateTime.UtcNow < limit);
        await server.Ask("FLUSHALL");
        var other = await _logs.Start(server);
        var after = await Append(other, "after");
        var log = await starting;
        Assert.Equal(after.Position, await log.Find(after.Id));
        Assert.Equal(other.Size, log.Size);
        Assert.Equal(other.Start, log.Start);

        async Task<bool> HasRead() => ((string)(await server.Ask("INFO", "commandstats"))!)
            .Contains("cmdstat_xread:", StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_its_memory_is_full_nothing_is_taken_until_there_is_room()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        await Append(log, "before");
        await server.Ask("CONFIG", "SET", "maxmemory", "1");
        await Assert.ThrowsAsync<HubUnavailableException>(() => Append(log, "refused"));
        await server.Ask("CONFIG", "SET", "maxmemory", "0");
        await Append(log, "after");
        Assert.Equal(2, log.Size.Count);
    }

    [Theory]
    [InlineData(1000, 2)]
    [InlineData(4, 86_400)]
    public async Task When_its_memory_is_full_what_is_over_the_limits_makes_room(int maxCount, int maxAgeSeconds)
    {
        await using var server = await RedisServer.Start();
        var limits = new LogLimits(maxCount, 100_000_000, TimeSpan.FromSeconds(maxAgeSeconds));
        var log = await _logs.Start(server, limits: limits);
        for (var count = 0; count < maxCount; count++) await Append(log, $"{count}");
        await BecomeAnother(server);
        await server.Ask("CONFIG", "SET", "maxmemory", "1");
        var refused = await UntilTaken(log, "own");
        var again = await UntilTaken(log, "own");
        Assert.Equal(refused.Position, again.Position);
        var other = await _logs.Start(server, limits: limits);
        Assert.Equal(refused.Position, other.Tail);
        Assert.Equal(refused.Position, await other.Find("own"));
    }

    [Fact]
    public async Task It_may_come_after_the_app_and_who_was_there_before_is_told()
    {
        await using var server = await RedisServer.Start("--appendonly", "yes", "--appendfsync", "always");
        var held = await UntilTaken(await Start(server), "held");
        await server.Kill();
        var log = await _logs.StartImpatient(server);
        Assert.True(log.IsCut);
        var tail = log.Tail;
        Assert.Equal(0, log.Read(tail, new LogEntry[1]));
        var told = log.FollowPositions(1, tail);
        await server.Run();
        await Assert.ThrowsAsync<LogGapException>(() => told.Within("gap"));
        Assert.Equal(held.Position, await log.Find(held.Id));
        await log.UntilRead();
    }

    [Fact]
    public async Task Over_a_slow_network_a_large_history_is_read_all_the_same()
    {
        const int Updates = 40;
        await using var server = await RedisServer.Start();
        var one = await _logs.Start(server);
        for (var count = 0; count < Updates; count++) await Append(one, new string('x', 200_000));
        // Over this network, the whole history in one answer would take longer than the timeout.
        await using var network = new SlowProxy(server.Port, 3_000_000);
        var other = await _logs.StartImpatient(server, network.Port);
        await other.UntilRead();
        await _logs.Logs.First($"this instance holds {Updates} entries");
        Assert.Equal(one.Tail, other.Tail);
    }

    [Fact]
    public async Task A_publisher_that_does_not_wait_any_more_gets_nothing_into_the_log()
    {
        await using var server = await RedisServer.Start();
        var log = await _logs.Start(server);
        await Append(log, "before");
        server.Stop();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Test);
        // Three batches may be sent without an answer. Each of these updates fills a batch, so none of the batches has
        // room for the next publisher.
        var large = new string('x', 4 * 1024 * 1024);
        Task[] onTheWay = [.. Enumerable.Range(0, 3).Select(_ => Append(log, large))];
        var waiting = log.AppendAsync(new Update(["a"], "waiting"), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within("end"));
        server.Continue();
        await Task.WhenAll(onTheWay).Within("answers");
        Assert.Equal(4, log.Size.Count);
    }

    // Returns what restores the log as it is now, without the entries that are appended from now on. Given a position,
    // it also appends an entry there, as an instance does that has seen none of the lost entries.
    private static async Task<Func<LogPosition?, Task>> Backup(RedisServer server)
    {
        const string Restore = """
            for i, key in ipairs(KEYS) do
                redis.call('DEL', key)
                if ARGV[i] ~= '' then redis.call('RESTORE', key, 0, ARGV[i]) end
            end
            local id = ARGV[#KEYS + 1]
            if id == '' then return end
            redis.call('XADD', KEYS[1], id, 'p', redis.call('HGET', KEYS[2], 'tail'), '', '{"topics":["a"],"data":""}')
            redis.call('HSET', KEYS[2], 'tail', id)
            """;
        object[] keys = ["{sse}:log", "{sse}:state", "{sse}:ids"];
        var dumps = new List<object>();
        foreach (var key in keys) dumps.Add((byte[]?)await server.Ask("DUMP", key) ?? []);
        return next => server.Ask(
            "EVAL", [Restore, keys.Length, .. keys, .. dumps, next is { } id ? $"{id}"[1..] : ""]);
    }

    // Makes the log's next append find another server than the last one.
    private static async Task BecomeAnother(RedisServer server)
    {
        await server.Ask("HSET", "{sse}:state", "server", "another");
        // Within 100 ms of the last append, the server is not asked who it is.
        await Task.Delay(TimeSpan.FromMilliseconds(200), Test);
    }

    // The position, the own id and the JSON of each update in Redis.
    private static async Task<string[]> Stored(RedisServer server) =>
    [
        .. from entry in (RedisResult[])(await server.Ask("XRANGE", "{sse}:log", "-", "+"))!
           let first = ((string)entry[0]!).Split('-')
           from update in ((RedisResult[])entry[1]!).Chunk(2).Skip(1).Index()
           select $"{first[0]}-{long.Parse(first[1]) + update.Index} {update.Item[0]} {update.Item[1]}",
    ];

    private static Task<LogEntry> Append(RedisEventLog log, string data) =>
        log.AppendAsync(new Update(["a"], data), Test).AsTask().Within("answer");

    // Publishes again and again while Redis is unavailable, as a publisher would.
    private static Task<LogEntry> UntilTaken(RedisEventLog log, string id) =>
        EventLogExtensions.UntilAvailable(() => log.AppendAsync(new Update(["a"], "data") { Id = id }, Test));

    private static async Task<IEnumerable<LogPosition>> Held(IEventLog log, int count) =>
        await log.FollowPositions(count).Within("entries");

    // Starts a log with short timeouts, and waits until it has read from Redis.
    private async Task<RedisEventLog> Start(RedisServer server)
    {
        var log = await _logs.StartImpatient(server);
        await log.UntilRead();
        return log;
    }
}
