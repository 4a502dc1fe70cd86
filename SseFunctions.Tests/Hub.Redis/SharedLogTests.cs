using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>Instances that share a log.</summary>
public sealed class SharedLogTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly RedisLogs _logs = new();
    private readonly string _prefix = $"{Guid.NewGuid()}";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    [Fact]
    public async Task All_see_one_order_while_all_append()
    {
        const int Each = 1000;
        var logs = new[] { await Start(), await Start(), await Start() };
        var followers = logs.Select(log => log.Follow(logs.Length * Each)).ToArray();
        var appended = await Task.WhenAll(logs.SelectMany(log => Enumerable.Range(0, 4).Select(publisher => Task.Run(
            async () =>
            {
                var given = new List<LogPosition>();
                for (var count = 0; count < Each / 4; count++)
                    given.Add((await log.AppendAsync(new Update(["a"], $"{publisher}"), Test)).Position);
                return given;
            },
            Test)))).Within("end of publishing");
        var expected = appended.SelectMany(given => given).Order().ToArray();
        Assert.Equal(logs.Length * Each, expected.Distinct().Count());
        foreach (var follower in followers)
        {
            Assert.Equal(
                expected, (await follower.Within("all entries")).Select(entry => entry.Position));
        }
        Assert.All(appended, given => Assert.Equal(given.Order(), given));
    }

    [Fact]
    public async Task The_same_update_published_to_two_of_them_is_one()
    {
        var (one, other) = (await Start(), await Start());
        var first =
            await one.AppendAsync(new Update(["a"], "a\r\nb") { Id = "own", Type = "t", IsPrivate = true }, Test);
        var again =
            await other.AppendAsync(new Update(["a"], "a\nb") { Id = "own", Type = "t", IsPrivate = true }, Test);
        Assert.Equal(first.Position, again.Position);
        Assert.Equal(1, other.Size.Count);
        var changed = await other.AppendAsync(new Update(["a"], "a\nb") { Id = "own", Type = "t" }, Test);
        Assert.True(changed.Position > first.Position);
        Assert.Equal(2, other.Size.Count);
        Assert.Equal(first.Position, await other.Find("own"));
    }

    [Fact]
    public async Task Of_many_that_publish_the_same_at_once_one_is_appended()
    {
        var (one, other) = (await Start(), await Start());
        var entries = await Task.WhenAll(Enumerable.Range(0, 100).Select(number =>
            (number % 2 == 0 ? one : other)
                .AppendAsync(new Update(["a"], "same") { Id = "own" }, Test).AsTask())).Within("answers");
        Assert.Single(entries.Select(entry => entry.Position).Distinct());
        Assert.Equal(1, one.Size.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("own")]
    public async Task An_id_that_one_has_just_given_out_is_found_by_the_other(string? id)
    {
        var (one, other) = (await Start(), await Start());
        for (var count = 0; count < 50; count++)
        {
            var entry =
                await one.AppendAsync(new Update(["a"], "a") { Id = id is null ? null : $"{id}-{count}" }, Test);
            Assert.Equal(entry.Position, await other.Find(entry.Id));
        }
    }

    [Fact]
    public async Task Each_finds_every_position_of_the_others_and_says_the_same_of_the_end()
    {
        var (one, other) = (await Start(), await Start());
        Assert.Equal("#0-0", $"{other.FindEnd().LastPublic}");
        for (var count = 0; count < 50; count++)
        {
            var update = new Update(["a"], $"{count}") { Id = $"own-{count % 3}", IsPrivate = count % 2 == 1 };
            var entry = await one.AppendAsync(update, Test);
            Assert.Equal(entry.Position, await other.Find($"{entry.Position}"));
            Assert.Equal(one.FindEnd(), other.FindEnd());
        }
        Assert.Equal(one.FindEnd(), (await Start()).FindEnd());
        Assert.Equal(default(LogPosition), await other.Find("#0-0"));
    }

    // An update that is no longer held may have been private, so its position must not be revealed.
    [Fact]
    public async Task One_that_comes_when_all_is_dropped_tells_nobody_where_that_was()
    {
        var one = await Start(new LogLimits(1, 100_000_000, TimeSpan.FromDays(1)));
        for (var count = 0; count < 3; count++)
            await one.AppendAsync(new Update(["a"], $"{count}") { IsPrivate = true }, Test);
        var late = await Start(new LogLimits(1, 100_000_000, TimeSpan.FromDays(1)));
        Assert.Equal(one.Tail, late.FindEnd().Tail);
        Assert.Equal("#0-0", $"{late.FindEnd().LastPublic}");
        Assert.Null(await late.Find("#0-0"));
    }

    [Fact]
    public async Task One_that_comes_later_holds_what_the_others_hold()
    {
        var limits = new LogLimits(400, 100_000_000, TimeSpan.FromDays(1));
        var one = await Start(limits);
        for (var count = 0; count < 1000; count++)
        {
            await one.AppendAsync(
                new Update(["a"], $"{count}") { Id = $"own-{count}" }, Test);
        }
        var late = await Start(limits);
        Assert.Equal(one.Size, late.Size);
        Assert.Equal(one.Start, late.Start);
        Assert.Equal(one.Tail, late.Tail);
        Assert.Equal("own-999", late.LastId);
        Assert.Equal(await one.Find("own-700"), await late.Find("own-700"));
        Assert.Null(await late.Find("own-300"));
    }

    [Fact]
    public async Task What_was_published_together_is_found_one_by_one()
    {
        const int Together = 1000;
        var (one, other) = (await Start(), await Start());
        // While Redis stands still, the updates gather.
        redis.Server.Stop();
        var publishing = PublishTogether(one);
        redis.Server.Continue();
        var first = await publishing;
        Assert.Equal(Together, first.Distinct().Count());
        Assert.InRange((int)await redis.Server.Ask("XLEN", $"{{{_prefix}}}:log"), 1, Together / 2);
        // The same updates published at another instance: nothing is appended, and each keeps its position.
        Assert.Equal(first, await PublishTogether(other));
        Assert.Equal(Together, other.Size.Count);
        for (var number = 0; number < Together; number++)
        {
            Assert.Equal(
                first[number], await other.Find($"own-{number}"));
        }

        async Task<LogPosition[]> PublishTogether(IEventLog log)
        {
            var entries = await Task.WhenAll(Enumerable.Range(0, Together).Select(number => log.AppendAsync(
                new Update(["a"], $"{number}") { Id = $"own-{number}" }, Test).AsTask()));
            return [.. entries.Select(entry => entry.Position)];
        }
    }

    [Fact]
    public async Task What_was_published_together_is_dropped_in_order_and_no_sooner_than_the_limits_say()
    {
        var log = await Start(new LogLimits(1000, 100_000_000, TimeSpan.FromDays(1)));
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 400).Select(number => log.AppendAsync(
                new Update(["a"], $"{number}") { Id = $"own-{round}-{number}" }, Test).AsTask()));
        }
        var count = (int)await redis.Server.Ask("HGET", $"{{{_prefix}}}:state", "count");
        Assert.InRange(count, 1000, 1000 + (2 * 256));
        Assert.Equal(count, (int)await redis.Server.Ask("HLEN", $"{{{_prefix}}}:ids"));
        var late = await Start(new LogLimits(100_000, 100_000_000, TimeSpan.FromDays(1)));
        Assert.Equal(count, late.Size.Count);
        Assert.Equal(log.Tail, late.Tail);
    }

    [Fact]
    public async Task Redis_holds_no_more_than_the_limits()
    {
        var log = await Start(new LogLimits(100, 1_000_000, TimeSpan.FromDays(1)));
        for (var count = 0; count < 1000; count++)
        {
            await log.AppendAsync(
                new Update(["a"], "a") { Id = $"own-{count}" }, Test);
        }
        var length = (int)await redis.Server.Ask("XLEN", $"{{{_prefix}}}:log");
        Assert.InRange(length, 100, 100 + 256);
        Assert.Equal(length, (int)await redis.Server.Ask("HGET", $"{{{_prefix}}}:state", "count"));
        Assert.Equal(length, (int)await redis.Server.Ask("HLEN", $"{{{_prefix}}}:ids"));
        for (var count = 0; count < 20; count++)
        {
            await log.AppendAsync(
                new Update(["a"], new string('x', 90_000)), Test);
        }
        Assert.InRange((int)await redis.Server.Ask("XLEN", $"{{{_prefix}}}:log"), 8, 12);
        Assert.InRange((long)await redis.Server.Ask("HGET", $"{{{_prefix}}}:state", "bytes"), 700_000, 1_000_000);
        Assert.Equal(0, (int)await redis.Server.Ask("HLEN", $"{{{_prefix}}}:ids"));
        // Each append uses the limits of its instance. A test cannot advance the clock of Redis.
        var aging = await Start(new LogLimits(100, 1_000_000, TimeSpan.FromSeconds(1.5)));
        await Task.Delay(TimeSpan.FromSeconds(2), Test);
        await aging.AppendAsync(new Update(["a"], "a"), Test);
        Assert.Equal(1, (int)await redis.Server.Ask("XLEN", $"{{{_prefix}}}:log"));
    }

    [Theory]
    [InlineData("plain", null)]
    [InlineData("a\nb\r\nc\rd\n", "type")]
    [InlineData("", "")]
    [InlineData("\u0000\u0085\u2028\"\\<世界>\ud83d\ude00\ud800", "é")]
    public async Task What_one_appends_is_what_the_other_sends(string data, string? type)
    {
        var (one, other) = (await Start(), await Start());
        var update = new Update(
            ["a", "https://example.com/{b}"], data)
        { Type = type, IsPrivate = true, Retry = TimeSpan.FromSeconds(3) };
        var entry = await one.AppendAsync(update, Test);
        var read = Assert.Single(await other.Follow(1));
        Assert.Equal(Encoding.UTF8.GetString(entry.Event.Bytes.Span), Encoding.UTF8.GetString(read.Event.Bytes.Span));
        Assert.Equal(entry.Topics, read.Topics);
        Assert.True(read.IsPrivate);
        Assert.True(entry.SaysTheSameAs(read));
    }

    [Fact]
    public async Task An_entry_is_read_though_no_bell_told_of_it_and_that_is_counted()
    {
        var missed = new ConcurrentQueue<string>();
        using var listener = Listen(missed, "redis.bells.missed");
        var log = await Start();
        var first = await log.AppendAsync(new Update(["a"], "a"), Test);
        var following = log.Follow(2);
        var (tail, id) = ($"{first.Id[1..]}", $"{first.Position.Milliseconds}-{first.Position.Sequence + 1}");
        // The bell counts as missed only when the entry is too old for its bell to be still on its way.
        await Task.Delay(TimeSpan.FromSeconds(1), Test);
        await redis.Server.Ask("XADD", $"{{{_prefix}}}:log", id, "p", tail, "", """{"topics":["a"],"data":"silent"}""");
        await redis.Server.Ask("HSET", $"{{{_prefix}}}:state", "tail", id);
        Assert.Equal($"#{id}", (await following.Within("silent entry"))[1].Id);
        Assert.Single(missed);
    }

    [Fact]
    public async Task Those_whose_bell_is_cut_off_get_everything()
    {
        var (one, other) = (await Start(), await Start());
        var following = other.Follow(200);
        for (var count = 0; count < 200; count++)
        {
            if (count % 50 == 10) await redis.Server.Ask("CLIENT", "KILL", "TYPE", "pubsub");
            await one.AppendAsync(new Update(["a"], $"{count}"), Test);
        }
        Assert.Equal(200, (await following.Within("all entries")).Select(entry => entry.Position).Distinct().Count());
    }

    [Fact]
    public async Task What_somebody_else_wrote_into_the_stream_is_passed_over()
    {
        var (one, other) = (await Start(), await Start());
        var first = await one.AppendAsync(new Update(["a"], "first"), Test);
        await redis.Server.Ask(
            "XADD", $"{{{_prefix}}}:log", $"{first.Position.Milliseconds}-{first.Position.Sequence + 1}", "u",
            "no update");
        // In the same millisecond, the next append would get the id of the entry that was just added.
        await Task.Delay(TimeSpan.FromMilliseconds(5), Test);
        var last = await one.AppendAsync(new Update(["a"], "last") { Id = "last" }, Test);
        Assert.Equal(last.Position, await other.Find("last"));
    }

    private async Task<IEventLog> Start(LogLimits? limits = null) => await _logs.Start(redis.Server, _prefix, limits);

    private MeterListener Listen(ConcurrentQueue<string> seen, string name)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == _logs.Meters && instrument.Name == name)
                {
                    self.EnableMeasurementEvents(
                        instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => seen.Enqueue(instrument.Name));
        listener.Start();
        return listener;
    }
}
