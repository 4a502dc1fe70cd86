using System.Security.Cryptography;
using System.Text;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Log;
using SseFunctions.Tests.Support;
using StackExchange.Redis;

namespace SseFunctions.Tests.Hub.Redis;

/// <summary>The counts and the index in Redis always match the stream, whatever is appended and dropped.</summary>
public sealed class StoredLogTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private const int OverheadBytes = 400;
    private const int LargestBatch = 256;

    private readonly RedisLogs _logs = new();
    private readonly string _prefix = $"test-{Guid.NewGuid()}";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _logs.DisposeAsync();

    [Theory]
    [InlineData(1, 40, 1_000_000)]
    [InlineData(2, 1_000, 30_000)]
    [InlineData(3, 1, 1_000_000)]
    [InlineData(4, 100, 3_000)]
    public async Task Counts_index_and_links_fit_the_stream(int seed, int maxCount, int maxBytes)
    {
        var random = new Random(seed);
        var limits = new LogLimits(maxCount, maxBytes, TimeSpan.FromDays(1));
        RedisEventLog[] instances = [await Start(limits), await Start(limits)];
        var last = new Dictionary<string, (string Data, LogPosition Position)>();
        for (var round = 0; round < 40; round++)
        {
            // One or many updates at once; some repeat an earlier id, with the same contents or with others.
            var together = random.Next(4) == 0 ? random.Next(1, 600) : random.Next(1, 4);
            var updates = Enumerable.Range(0, together).Select(_ => new Update(["a"], new string('x', random.Next(3)))
            {
                Id = random.Next(3) == 0 ? null : $"own-{random.Next(60)}",
            }).ToList();
            var instance = instances[random.Next(2)];
            var entries = await Task.WhenAll(updates.Select(update => instance.AppendAsync(update, Test).AsTask()));
            await AssertFits(limits);
            foreach (var (update, entry) in updates.Zip(entries))
            {
                if (update.Id is not { } id) continue;
                // An update that equals the last one of its id gets that position; any other update gets a new one.
                var isRepeated = last.TryGetValue(id, out var before);
                if (isRepeated && before.Data == update.Data && entry.Position == before.Position) continue;
                Assert.True(!isRepeated || entry.Position > before.Position);
                last[id] = (update.Data, entry.Position);
            }
        }
        // Either may have appended last.
        var tail = await Caught(instances[0]);
        Assert.Equal(tail, await Caught(instances[1]));
        Assert.Equal((await State()).Tail, tail.ToString()[1..]);
        // One instance may lack entries that Redis dropped before that instance had read them.
        var held = instances.Select(Ids).OrderBy(ids => ids.Length).ToArray();
        Assert.NotEmpty(held[0]);
        Assert.Equal(held[0], held[1][^held[0].Length..]);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("ids")]
    [InlineData("log")]
    public async Task Goes_on_without_a_part_of_it(string lost)
    {
        var limits = new LogLimits(50, 20_000, TimeSpan.FromDays(1));
        var log = await Start(limits);
        for (var count = 0; count < 10; count++) await Append(log, $"own-{count}");
        var before = log.Tail;
        await redis.Server.Ask("DEL", $"{{{_prefix}}}:{lost}");
        for (var count = 0; count < 400; count++)
        {
            Assert.True(
                (await Append(log, $"own-{count % 70}")).Position > before || lost == "ids");
        }
        var state = await State();
        Assert.InRange(state.Count, 1, limits.MaxCount + (2 * LargestBatch));
        Assert.InRange(state.Bytes, 1, limits.MaxBytes);
        var late = await Start(limits);
        Assert.Equal(await Caught(log), late.Tail);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("ids")]
    [InlineData("log")]
    public async Task What_is_lost_of_it_is_neither_counted_nor_indexed_any_more(string lost)
    {
        var limits = new LogLimits(400, 1_000_000, TimeSpan.FromDays(1));
        var log = await Start(limits);
        for (var count = 0; count < 300; count++) await Append(log, $"old-{count}");
        await redis.Server.Ask("DEL", $"{{{_prefix}}}:{lost}");
        // A read may notice the loss before an append does.
        await log.Find("never");
        for (var count = 0; count < 100; count++) await Append(log, $"new-{count}");
        // Entries from before the loss of the index are dropped as the log grows.
        for (var count = 0; lost == "ids" && count < 900; count++) await Append(log, $"newer-{count}");
        await AssertFits(limits);
        Assert.True((await State()).Count >= 100);
    }

    [Fact]
    public async Task One_that_finds_no_stream_goes_on_where_it_ended()
    {
        var one = await Start(new LogLimits(50, 20_000, TimeSpan.FromDays(1)));
        for (var count = 0; count < 10; count++) await Append(one, $"own-{count}");
        await redis.Server.Ask("DEL", $"{{{_prefix}}}:log");
        var other = await Start(new LogLimits(50, 20_000, TimeSpan.FromDays(1)));
        Assert.Equal(one.Tail, other.Tail);
        Assert.Null(await other.Find("own-9"));
        var tail = other.Tail;
        var next = await Append(one, "next");
        Assert.Equal(next.Position, await Caught(other));
        var read = new LogEntry[2];
        Assert.Equal(1, other.Read(tail, read));
        Assert.Equal(next.Position, read[0].Position);
    }

    private static async Task<LogEntry> Append(RedisEventLog log, string id) =>
        await log.AppendAsync(new Update(["a"], Guid.NewGuid().ToString()) { Id = id }, Test);

    // Waits until the instance has read everything: it reads before it says that it does not know an id.
    private static async Task<LogPosition> Caught(RedisEventLog log)
    {
        Assert.Null(await log.Find("unknown"));
        return log.Tail;
    }

    private static string[] Ids(RedisEventLog log)
    {
        var entries = new LogEntry[10_000];
        var count = log.Read(log.Start, entries);
        return [.. entries.Take(count).Select(entry => $"{entry.Position} {entry.Id}")];
    }

    private async Task<RedisEventLog> Start(LogLimits limits) => await _logs.Start(redis.Server, _prefix, limits);

    private async Task<(long Count, long Bytes, string Tail)> State()
    {
        var state = (RedisResult[])(await redis.Server.Ask("HMGET", $"{{{_prefix}}}:state", "count", "bytes", "tail"))!;
        return ((long)state[0], (long)state[1], (string)state[2]!);
    }

    private async Task AssertFits(LogLimits limits)
    {
        var (count, bytes, index) = (0L, 0L, new Dictionary<string, string>());
        string? previous = null;
        foreach (var entry in (RedisResult[])(await redis.Server.Ask("XRANGE", $"{{{_prefix}}}:log", "-", "+"))!)
        {
            var position = ((string)entry[0]!).Split('-');
            var fields = (RedisResult[])entry[1]!;
            Assert.Equal("p", (string?)fields[0]);
            if (previous is not null) Assert.Equal(previous, (string?)fields[1]);
            for (var field = 2; field < fields.Length; field += 2)
            {
                var own = (string)fields[field]!;
                var first = long.Parse(position[1], System.Globalization.CultureInfo.InvariantCulture);
                previous = $"{position[0]}-{first + (field / 2) - 1}";
                if (own.Length > 0) index[own] = $"{previous} {Digest((byte[])fields[field + 1]!)}";
                count++;
                bytes += Encoding.UTF8.GetByteCount(own) + ((byte[])fields[field + 1]!).Length + OverheadBytes;
            }
        }
        Assert.Equal((count, bytes, previous), await State());
        var held = (RedisResult[])(await redis.Server.Ask("HGETALL", $"{{{_prefix}}}:ids"))!;
        Assert.Equal(
            index.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            held.Chunk(2).Select(pair => KeyValuePair.Create((string)pair[0]!, (string)pair[1]!))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal));
        // Batches are dropped whole, so up to two batches may be held beyond the limit.
        Assert.True(count < limits.MaxCount + (2 * LargestBatch));
        Assert.True(bytes <= limits.MaxBytes || count <= LargestBatch);
    }

#pragma warning disable CA5350 // Scripts in Redis have no other digest, and it does not protect anything here.
    private static string Digest(byte[] update) => Convert.ToHexStringLower(SHA1.HashData(update));
#pragma warning restore CA5350
}
