using System.Runtime.InteropServices;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>All subscribers of this instance, in groups with equal topic selectors and rights. Matches entries with the
/// groups, and enforces the limits on the number of subscribers. Thread-safe: one lock guards all fields, and the parts
/// of a group that <see cref="SubscriberGroup"/> names. No other lock is taken under it.</summary>
internal sealed class Subscribers
{
    // Lists of pending entries are reused. These limits let the memory of a burst be freed.
    private const int MaxSpares = 256;
    private const int MaxSpareCapacity = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topics, string Rights), SubscriberGroup> _groups = [];
    private readonly Dictionary<string, int> _clients = new(StringComparer.Ordinal);
    private readonly TopicIndex<SubscriberGroup> _index = new();
    private readonly List<SubscriberGroup> _found = [];
    private readonly Stack<List<LogEntry>> _spare = new();
    private readonly HubMetrics _metrics;
    private readonly int _most;
    private readonly int _mostPerClient;
    private Batch _marker = new(default, default, null);
    private int _count;

    /// <summary>Starts at the end of the log, without subscribers. The services create one for each instance.</summary>
    /// <param name="log">The log that the subscribers read.</param>
    /// <param name="metrics">Counts the deliveries, and reports the longest lag.</param>
    /// <param name="most">See <see cref="HubOptions.MaxSubscribers"/>.</param>
    /// <param name="mostPerClient">See <see cref="HubOptions.MaxSubscribersPerClient"/>.</param>
    public Subscribers(IEventLog log, HubMetrics metrics, int most = int.MaxValue, int mostPerClient = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(metrics);
        Matched = log.Tail;
        _metrics = metrics;
        _most = most;
        _mostPerClient = mostPerClient;
        metrics.ObserveLag(LongestLag);
    }

    public int Count => Volatile.Read(ref _count);

    public int GroupCount
    {
        get
        {
            lock (_gate) return _groups.Count;
        }
    }

    /// <summary>Gets the limit that another subscriber would exceed. The answer may be outdated when the subscriber
    /// joins; <see cref="Join"/> checks again.</summary>
    /// <param name="client">The client that the subscriber is counted for; null if clients are not counted.</param>
    internal SubscriberLimit LimitReached(string? client)
    {
        lock (_gate)
        {
            if (_count >= _most) return SubscriberLimit.Total;
            return client is not null && _clients.GetValueOrDefault(client) >= _mostPerClient
                ? SubscriberLimit.PerClient
                : SubscriberLimit.None;
        }
    }

    /// <summary>The position up to which entries have been matched with the groups. For the dispatcher, which alone
    /// changes it.</summary>
    internal LogPosition Matched { get; private set; }

    /// <summary>Adds a subscriber to its group. From now on, sweeps wake the subscriber.</summary>
    /// <returns>The group; null if a limit is reached, and the subscriber was not added.</returns>
    internal SubscriberGroup? Join(Subscriber subscriber, Subscription subscription, string? client)
    {
        var (topics, rights) = subscription;
        lock (_gate)
        {
            // LimitReached takes the lock again, which a Lock allows its holder.
            if (LimitReached(client) != SubscriberLimit.None) return null;
            if (client is not null) CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _)++;
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, (topics.Key, rights.Key), out _);
            if (group is null)
            {
                group = new SubscriberGroup(topics, rights, Marker());
                foreach (var selector in topics.Matchers) _index.Add(selector, group);
            }
            group.Add(subscriber);
            _count++;
            return group;
        }
    }

    /// <summary>Removes a subscriber from its group, and the group when it has no members left.</summary>
    internal void Leave(Subscriber subscriber, SubscriberGroup group, string? client)
    {
        lock (_gate)
        {
            if (client is not null && --CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _) == 0)
                _clients.Remove(client);
            _count--;
            group.Remove(subscriber);
            if (group.Count > 0) return;
            _groups.Remove((group.Topics.Key, group.Rights.Key));
            foreach (var selector in group.Topics.Matchers) _index.Remove(selector, group);
        }
    }

    /// <summary>Adds entries to the pending entries of the groups that they match.</summary>
    /// <param name="entries">The entries directly after <see cref="Matched"/>, at least one.</param>
    /// <param name="concerned">Receives the groups that had no pending entries before.</param>
    internal void Match(ReadOnlySpan<LogEntry> entries, List<SubscriberGroup> concerned)
    {
        lock (_gate)
        {
            foreach (var entry in entries) Match(entry, concerned);
            Matched = entries[^1].Position;
        }
    }

    /// <summary>Makes all subscribers read the log up to a position when they are woken, because entries before the
    /// position could not be matched.</summary>
    /// <param name="position">The position, from which on entries are matched again.</param>
    /// <param name="all">Receives all groups.</param>
    internal void SkipTo(LogPosition position, List<SubscriberGroup> all)
    {
        lock (_gate)
        {
            foreach (var group in _groups.Values)
            {
                group.Last = new Batch(position, position, null);
                group.Pending = [];
            }
            all.AddRange(_groups.Values);
            Matched = position;
        }
    }

    /// <summary>Turns a group's pending entries into its next batch.</summary>
    /// <returns>False if there is no reason to wake the members: see <see cref="SubscriberGroup.Pending"/>.</returns>
    internal bool TryMakeBatch(SubscriberGroup group)
    {
        lock (_gate)
        {
            if (group.Pending is not { } pending) return false;
            group.Pending = null;
            if (pending.Count == 0) return true;
            group.Last = new Batch(group.Last.After, pending[^1].Position, [.. pending]);
            Keep(pending);
            return true;
        }
    }

    /// <summary>Takes members of a group, from the last to the first. If a member leaves during the sweep, the last
    /// member takes its index; in this order no member is missed.</summary>
    /// <param name="group">The group whose members are woken.</param>
    /// <param name="left">The number of members that were not taken yet.</param>
    /// <param name="slice">Receives the members, as many as fit.</param>
    /// <returns>The number of members that are not taken yet.</returns>
    internal int Take(SubscriberGroup group, int left, SweepSlice slice)
    {
        lock (_gate)
        {
            left = Math.Min(left, group.Count);
            var count = Math.Min(left, slice.Room);
            left -= count;
            slice.Add(group, group.Members(left, count));
            return left;
        }
    }

    /// <summary>Counts entries that a subscriber has received.</summary>
    /// <param name="entries">The entries, at least one.</param>
    /// <param name="isLive">Whether the subscriber had caught up with the log before. A replay is not counted in the
    /// delivery latency: its entries are old when they are written.</param>
    internal void Delivered(ReadOnlySpan<LogEntry> entries, bool isLive) => _metrics.Delivered(entries, isLive);

    private void Match(LogEntry entry, List<SubscriberGroup> concerned)
    {
        _found.Clear();
        foreach (var topic in entry.Topics) _index.Find(topic, _found);
        foreach (var group in _found)
        {
            if (group.FoundFor == entry.Position) continue;
            group.FoundFor = entry.Position;
            if (!entry.IsVisibleTo(group.Rights)) continue;
            if (group.Pending is null)
            {
                group.Pending = _spare.TryPop(out var spare) ? spare : [];
                concerned.Add(group);
            }
            group.Pending.Add(entry);
        }
    }

    private void Keep(List<LogEntry> pending)
    {
        pending.Clear();
        if (pending.Capacity <= MaxSpareCapacity && _spare.Count < MaxSpares) _spare.Push(pending);
    }

    // A batch without entries that marks the position up to which entries have been matched. All groups that begin at
    // this position share it, because there may be tens of thousands.
    private Batch Marker() => _marker.After == Matched ? _marker : _marker = new Batch(Matched, Matched, null);

    private TimeSpan LongestLag()
    {
        lock (_gate)
        {
            var longest = TimeSpan.Zero;
            foreach (var group in _groups.Values)
            {
                foreach (var member in group.Members(0, group.Count))
                {
                    if (member.Lag > longest) longest = member.Lag;
                }
            }
            return longest;
        }
    }
}
