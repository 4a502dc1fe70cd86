namespace SseFunctions.Hub.TopicLogs;

/// <summary>Stores topic logs in the memory of this process, for an app with one instance. A restart loses
/// them.</summary>
/// <remarks>At most 1,000 logs are kept. When another is created, the oldest one that has ended is dropped; if none has
/// ended, the oldest one. The events of an ended log that its snapshot contains are dropped after a minute.</remarks>
internal sealed class InMemoryTopicStore(TimeProvider time) : ITopicStore
{
    internal const int MaxLogs = 1000;
    internal static readonly TimeSpan AskedRecently = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ReplayAfterEnd = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredTopic> _logs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, StoredTopic> _byAge = [];

    /// <inheritdoc/>
    public event Action<string, long>? Changed;

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(
        string topic, TopicAppend first, TimeSpan retention, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Sweep();
            if (_logs.ContainsKey(topic)) return Task.FromResult(false);
            if (_logs.Count >= MaxLogs) Drop(_byAge.Values.FirstOrDefault(log => log.IsEnded) ?? _byAge.Values.First());
            // Unique, so that it can order the logs and tell apart two logs of one topic.
            var created = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), _byAge.Keys.LastOrDefault() + 1);
            var log = new StoredTopic(topic, created, retention);
            _logs.Add(topic, log);
            _byAge.Add(created, log);
            log.Add(TopicEvent.Creator, first, time.GetUtcNow());
        }
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<TopicPage?> ReadAsync(string topic, long after, long snapshotAt, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(Find(topic)?.Read(after, snapshotAt));
    }

    /// <inheritdoc/>
    public Task<TopicLeaseOffer?> AcquireAsync(
        string topic, string holder, TimeSpan duration, bool takeOver, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Find(topic) is not { IsEnded: false } log) return Task.FromResult<TopicLeaseOffer?>(null);
            var now = time.GetUtcNow();
            if (log.LeasedUntil > now && !takeOver)
            {
                log.Asked = now;
                return Task.FromResult<TopicLeaseOffer?>(new TopicLeaseOffer(0, log.Last, WasWanted: true));
            }
            var wasWanted = now - log.Asked < AskedRecently;
            log.Epoch++;
            log.Holder = holder;
            log.LeasedUntil = now + duration;
            log.Asked = DateTimeOffset.MinValue;
            return Task.FromResult<TopicLeaseOffer?>(new TopicLeaseOffer(log.Epoch, log.Last, wasWanted));
        }
    }

    /// <inheritdoc/>
    public Task<TopicRenewal?> RenewAsync(
        string topic, string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (Find(topic) is not { } log || !log.IsHeld(holder, now)) return Task.FromResult<TopicRenewal?>(null);
            log.LeasedUntil = now + duration;
            log.Changed = now;
            return Task.FromResult<TopicRenewal?>(new TopicRenewal(now - log.Asked < AskedRecently));
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string topic, string holder, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Find(topic) is not { } log || log.Holder != holder) return Task.CompletedTask;
            log.LeasedUntil = DateTimeOffset.MinValue;
        }
        Changed?.Invoke(topic, 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> TryAppendAsync(
        string topic, string holder, long after, TopicAppend append, CancellationToken cancellationToken)
    {
        long last;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (Find(topic) is not { } log || !log.IsHeld(holder, now) || log.Last != after)
                return Task.FromResult(false);
            log.Add(holder, append, now);
            last = log.Last;
        }
        Changed?.Invoke(topic, last);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TopicSummary>> ListAsync(
        string parent, long before, int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Sweep();
            var now = time.GetUtcNow();
            return Task.FromResult<IReadOnlyList<TopicSummary>>(
            [
                .. _byAge.Values.Reverse()
                    .Where(log => log.Created < before && TopicPath.Parent(log.Topic) == parent)
                    .Take(count)
                    .Select(log => log.Summary(now)),
            ]);
        }
    }

    private StoredTopic? Find(string topic) =>
        _logs.GetValueOrDefault(topic) is { } log && !log.IsOver(time.GetUtcNow()) ? log : null;

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var log in _byAge.Values.ToArray())
        {
            if (log.IsOver(now)) Drop(log);
            else if (log.IsEnded && now - log.Changed > ReplayAfterEnd) log.Compact();
        }
    }

    private void Drop(StoredTopic log)
    {
        _logs.Remove(log.Topic);
        _byAge.Remove(log.Created);
    }
}
