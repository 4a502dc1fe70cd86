namespace SseFunctions.Hub.Presence;

/// <summary>The subscribers of this instance, and which of them have a change that other instances do not know yet. A
/// subscriber has one change at most, so the list does not grow with the number of changes while the registry cannot be
/// reached. Thread-safe, but only one caller may <see cref="Take"/>.</summary>
internal sealed class PresenceChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ActiveSubscriber, SharedSubscriber> _all = [];
    private readonly LinkedList<SharedSubscriber> _due = new();

    /// <summary>Adds a subscriber.</summary>
    public void Add(ActiveSubscriber subscriber)
    {
        var shared = new SharedSubscriber(subscriber);
        lock (_gate)
        {
            _all.Add(subscriber, shared);
            _due.AddLast(shared.Node);
        }
    }

    /// <summary>Notes that a subscriber has gone.</summary>
    public void Remove(ActiveSubscriber subscriber)
    {
        lock (_gate)
        {
            if (_all.TryGetValue(subscriber, out var shared)) Remove(shared);
        }
    }

    /// <summary>Notes that all subscribers have gone.</summary>
    public void RemoveAll()
    {
        lock (_gate)
        {
            foreach (var shared in _all.Values.ToArray()) Remove(shared);
        }
    }

    /// <summary>Makes all subscribers due again, because the registry has lost them.</summary>
    public void Repeat()
    {
        lock (_gate)
        {
            foreach (var shared in _all.Values)
            {
                if (shared.Node.List is null) _due.AddLast(shared.Node);
            }
        }
    }

    /// <summary>Whether the registry can have this number of values of this instance, after the changes so
    /// far.</summary>
    public bool Fits(long held)
    {
        lock (_gate)
        {
            var settled = _all.Count - _due.Count;
            return held >= settled && held <= settled + _due.Count(shared => shared.MayBeHeld);
        }
    }

    /// <summary>The changes that are due, the oldest first. They stay due until they are
    /// <see cref="Settle">settled</see>. </summary>
    /// <param name="maxSubscribers">The largest number of changes.</param>
    /// <param name="maxTopics">Once the subscribers have this number of topics together, no more are taken.</param>
    public List<PresenceChange> Take(int maxSubscribers, int maxTopics)
    {
        var changes = new List<PresenceChange>();
        lock (_gate)
        {
            foreach (var shared in _due)
            {
                if (changes.Count == maxSubscribers || maxTopics <= 0) break;
                changes.Add(new PresenceChange(shared, shared.IsHere, shared.MayBeTold));
                maxTopics -= shared.Subscriber.Topics.Count;
                shared.MayBeHeld = true;
            }
        }
        return changes;
    }

    /// <summary>Notes that changes are about to be announced, or that the end of subscribers has been announced.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <param name="hasCome">True before the announcement, for subscribers that have come; false after it, for those
    /// that have gone.</param>
    public void Tell(IEnumerable<PresenceChange> changes, bool hasCome)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (change.HasCome == hasCome) change.Shared.MayBeTold = hasCome;
            }
        }
    }

    /// <summary>Notes that other instances know the changes, and that the registry has no values of subscribers that
    /// have gone.</summary>
    public void Settle(IEnumerable<PresenceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!change.HasCome) Forget(change.Shared);
                // Otherwise the subscriber has gone in the meantime, and that change is due.
                else if (change.Shared.IsHere) _due.Remove(change.Shared.Node);
            }
        }
    }

    private void Remove(SharedSubscriber shared)
    {
        shared.IsHere = false;
        if (!shared.MayBeHeld) Forget(shared);
        else if (shared.Node.List is null) _due.AddLast(shared.Node);
    }

    private void Forget(SharedSubscriber shared)
    {
        _all.Remove(shared.Subscriber);
        if (shared.Node.List is not null) _due.Remove(shared.Node);
    }
}
