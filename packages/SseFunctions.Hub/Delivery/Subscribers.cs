using System.Runtime.InteropServices;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>All subscribers of this process, in groups with equal subscriptions, and which of them an update concerns.
/// Thread-safe.</summary>
internal sealed class Subscribers
{
    // Lists are used again, but a burst must not leave its memory behind.
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
    private Batch _here = new(default, default, null);
    private int _count;

    /// <summary>Made by the services, once a process.</summary>
    /// <param name="log">The log that they read.</param>
    /// <param name="metrics">Where deliveries are counted.</param>
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

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many different subscriptions they have.</summary>
    public int GroupCount
    {
        get
        {
            lock (_gate) return _groups.Count;
        }
    }

    /// <summary>The limit that another subscriber would exceed.</summary>
    /// <param name="client">The client that the subscriber would be counted for; null if clients are not counted.</param>
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

    /// <summary>Up to where entries have been matched with them.</summary>
    internal LogPosition Matched { get; private set; }

    /// <summary>Adds a subscriber to its group, to be woken from now on.</summary>
    /// <returns>Its group; null if a limit is reached, and the subscriber was not added.</returns>
    internal SubscriberGroup? Join(Subscriber subscriber, Subscription subscription, string? client)
    {
        var (topics, rights) = subscription;
        lock (_gate)
        {
            // The lock can be entered again.
            if (LimitReached(client) != SubscriberLimit.None) return null;
            if (client is not null) CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _)++;
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, (topics.Key, rights.Key), out _);
            if (group is null)
            {
                group = new SubscriberGroup(topics, rights, Here());
                foreach (var selector in topics.Selectors) _index.Add(selector, group);
            }
            group.Add(subscriber);
            _count++;
            return group;
        }
    }

    /// <summary>Takes a subscriber out of its group; a group without any is forgotten.</summary>
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
            foreach (var selector in group.Topics.Selectors) _index.Remove(selector, group);
        }
    }

    /// <summary>Adds entries to what is pending for the groups that they concern.</summary>
    /// <param name="entries">The entries that come after <see cref="Matched"/>.</param>
    /// <param name="concerned">Gets the groups for which nothing was pending before.</param>
    internal void Match(ReadOnlySpan<LogEntry> entries, List<SubscriberGroup> concerned)
    {
        lock (_gate)
        {
            foreach (var entry in entries) Match(entry, concerned);
            Matched = entries[^1].Position;
        }
    }

    /// <summary>Makes all subscribers read on in the log up to a position by themselves, because entries before the
    /// position could not be matched.</summary>
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

    /// <summary>Makes a group's next batch of what is pending.</summary>
    /// <returns>False if nothing is pending.</returns>
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

    /// <summary>Takes members of a group, from the last to the first: so none is missed if one leaves meanwhile and the
    /// last member takes its index.</summary>
    /// <param name="group">The group.</param>
    /// <param name="left">How many members are still to be taken.</param>
    /// <param name="slice">Gets the members, as many as fit.</param>
    /// <returns>How many are left then.</returns>
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

    /// <summary>Counts what a subscriber has been given.</summary>
    /// <param name="entries">What.</param>
    /// <param name="isLive">Whether it had caught up with the log before: of what it had missed, nobody waited for the
    /// writing.</param>
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

    // Marks up to where entries have been matched. One for all groups that begin there: there may be very many.
    private Batch Here() => _here.After == Matched ? _here : _here = new Batch(Matched, Matched, null);

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
