using System.Globalization;
using SseFunctions.Hub.Redis.Connection;
using SseFunctions.Hub.TopicLogs;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.TopicLogs;

/// <summary>Stores topic logs in Redis, for all instances with the same server and key prefix. <c>create.lua</c>
/// describes what is stored. All times come from Redis' clock, so the instances' clocks need not agree. Thread-safe.
/// </summary>
internal sealed class RedisTopicStore(RedisConnection connection) : ITopicStore
{
    private const string Acquire = "acquire";
    private const string TakeOver = "takeover";
    private const string Renew = "renew";
    private const string Release = "release";

    // The elements of the result of read.lua, and of an entry in it.
    private const int PageParts = 6;
    private const int EntryParts = 2;

    // The state's fields that a list needs.
    private static readonly RedisValue[] ListedFields = ["created", "ended", "until", "snapshot"];

    private static readonly RedisScript CreateScript = RedisScript.Load(typeof(RedisTopicStore), "create.lua");
    private static readonly RedisScript AppendScript = RedisScript.Load(typeof(RedisTopicStore), "append.lua");
    private static readonly RedisScript LeaseScript = RedisScript.Load(typeof(RedisTopicStore), "lease.lua");
    private static readonly RedisScript ReadScript = RedisScript.Load(typeof(RedisTopicStore), "read.lua");

    private readonly string _bell = connection.KeyPrefix.Of("topics");
    private readonly Lock _gate = new();
    private Action<string, long>? _changed;
    private Task? _listening;

    /// <inheritdoc/>
    public event Action<string, long>? Changed
    {
        add
        {
            lock (_gate) _changed += value;
        }
        remove
        {
            lock (_gate) _changed -= value;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryCreateAsync(
        string topic, TopicAppend first, TimeSpan retention, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [.. KeysOf(topic), IndexOf(TopicPath.Parent(topic))];
        RedisValue[] arguments = [topic, (long)retention.TotalMilliseconds, .. Pack(first)];
        return (long)await connection.RunAsync(CreateScript, keys, arguments, cancellationToken) == 1;
    }

    /// <inheritdoc/>
    public async Task<TopicPage?> ReadAsync(
        string topic, long after, long snapshotAt, CancellationToken cancellationToken)
    {
        // Listen to the bell before reading: an event that is appended after the read must ring it. The bell is the
        // channel on which append.lua and lease.lua publish changes.
        await ListenAsync(cancellationToken);
        var result = await connection.RunAsync(
            ReadScript, KeysOf(topic), [after, snapshotAt], cancellationToken);
        return Array(result) is { } page ? Unpack(page) : null;
    }

    /// <inheritdoc/>
    public async Task<TopicLeaseOffer?> AcquireAsync(
        string topic, string holder, TimeSpan duration, bool takeOver, CancellationToken cancellationToken)
    {
        var result = await LeaseAsync(takeOver ? TakeOver : Acquire, topic, holder, duration, cancellationToken);
        return result is [var epoch, var last, var wasWanted]
            ? new TopicLeaseOffer((long)epoch, (long)last, (long)wasWanted == 1)
            : null;
    }

    /// <inheritdoc/>
    public async Task<TopicRenewal?> RenewAsync(
        string topic, string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        var result = await LeaseAsync(Renew, topic, holder, duration, cancellationToken);
        return result is [var isWanted] ? new TopicRenewal((long)isWanted == 1) : null;
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string topic, string holder, CancellationToken cancellationToken) =>
        LeaseAsync(Release, topic, holder, default, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TryAppendAsync(
        string topic, string holder, long after, TopicAppend append, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [topic, _bell, holder, after, .. Pack(append)];
        return (long)await connection.RunAsync(AppendScript, KeysOf(topic), arguments, cancellationToken) == 1;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TopicSummary>> ListAsync(
        string parent, long before, int count, CancellationToken cancellationToken)
    {
        var index = IndexOf(parent);
        List<TopicSummary> found = [];
        var isMore = true;
        // The index also has logs whose retention is over. Others take their places in the list.
        for (double end = before; isMore && found.Count < count;)
        {
            var (now, topics, states) = await connection.QueryAsync(
                async multiplexer =>
                {
                    var database = multiplexer.GetDatabase();
                    var asked = RedisClock.QueryAsync(multiplexer);
                    var topics = await database.SortedSetRangeByScoreWithScoresAsync(
                        index, double.NegativeInfinity, end, Exclude.Stop, Order.Descending, 0, count);
                    var states = await Task.WhenAll(
                        topics.Select(topic => database.HashGetAsync(KeysOf($"{topic.Element}")[0], ListedFields)));
                    return (RedisClock.Parse(await asked), topics, states);
                },
                cancellationToken);
            List<double> gone = [];
            foreach (var (topic, state) in topics.Zip(states))
            {
                end = topic.Score;
                if (state[0].IsNull) gone.Add(topic.Score);
                else if (found.Count < count) found.Add(Summary($"{topic.Element}", state, now));
            }
            isMore = topics.Length == count;
            if (gone.Count == 0) continue;
            // By score, which no other entry has: the topic may have a new log by now.
            await connection.QueryAsync(
                multiplexer => Task.WhenAll(gone.Select(
                    score => multiplexer.GetDatabase().SortedSetRemoveRangeByScoreAsync(index, score, score))),
                cancellationToken);
        }
        return found;
    }

    private static TopicSummary Summary(string topic, RedisValue[] state, long now)
    {
        var isEnded = state[1] == 1;
        return new TopicSummary(
            topic,
            DateTimeOffset.FromUnixTimeMilliseconds((long)state[0]),
            state[3],
            isEnded,
            !isEnded && (long)state[2] > now);
    }

    private static IEnumerable<RedisValue> Pack(TopicAppend append)
    {
        // A '+' before the snapshot distinguishes an empty snapshot from no snapshot. read.lua answers in the same way.
        yield return append.Snapshot is null ? "" : $"+{append.Snapshot}";
        yield return append.IsFinal ? 1 : 0;
        foreach (var (type, data) in append.Messages)
        {
            yield return type;
            yield return data;
        }
    }

    private static TopicPage Unpack(RedisResult[] result)
    {
        if (result.Length != PageParts) throw Unexpected();
        var created = (long)result[0];
        List<TopicEvent> events = [];
        foreach (var entry in (RedisResult[]?)result[5] ?? [])
        {
            if ((RedisResult[]?)entry is not { Length: EntryParts } parts
                || (string?)parts[0] is not { } id
                || (string?[]?)parts[1] is not ["w", { } writer, "t", { } type, "d", { } data])
                throw Unexpected();
            var number = long.Parse(id.AsSpan(id.IndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            events.Add(new TopicEvent(new TopicPosition(created, number), writer, type, data));
        }
        var snapshot = (string?)result[4] is ['+', .. var text] ? text : null;
        return new TopicPage(created, events, (long)result[2] == 1, (long)result[3], snapshot);
    }

    // When a script returns false, IsNull of the result is true. Check IsNull before the cast.
    private static RedisResult[]? Array(RedisResult result) => result.IsNull ? null : (RedisResult[]?)result;

    private static HubUnavailableException Unexpected() =>
        new("Redis answered the script read.lua with an unexpected result.");

    private async Task<RedisResult[]?> LeaseAsync(
        string verb, string topic, string holder, TimeSpan duration, CancellationToken cancellationToken) =>
        Array(await connection.RunAsync(
            LeaseScript,
            KeysOf(topic),
            [
                verb,
                holder,
                (long)duration.TotalMilliseconds,
                (long)InMemoryTopicStore.AskedRecently.TotalMilliseconds,
                _bell,
                topic,
            ],
            cancellationToken));

    // Subscribes to the bell, if that is not done yet. If Redis refuses (an ACL rule), changes of other instances
    // arrive at the next regular read.
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        Task listening;
        lock (_gate)
        {
            if (_listening is null or { IsFaulted: true }) _listening = SubscribeAsync();
            listening = _listening;
        }
        try
        {
            await listening.WaitAsync(cancellationToken);
        }
        catch (HubUnavailableException exception) when (exception.InnerException is RedisServerException)
        {
            // Redis refuses the subscription. This read goes on without the bell, and the next read tries to subscribe
            // again.
        }
    }

    private async Task SubscribeAsync()
    {
        await Task.Yield();
        await connection.SubscribeAsync(RedisChannel.Literal(_bell), OnMessage, CancellationToken.None);
    }

    private void OnMessage(RedisValue message)
    {
        if (((string?)message)?.Split(' ', 2) is [var number, var topic]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            _changed?.Invoke(topic, last);
    }

    private RedisKey[] KeysOf(string topic) =>
        [connection.KeyPrefix.Of($"topic:{topic}"), connection.KeyPrefix.Of($"topic:{topic}:events")];

    private RedisKey IndexOf(string parent) => connection.KeyPrefix.Of($"topics:{parent}");
}
