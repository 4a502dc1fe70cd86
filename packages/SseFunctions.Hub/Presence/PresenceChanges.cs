namespace SseFunctions.Hub.Presence;

/// <summary>The subscribers of this instance, and of which of them others do not know yet what they have to. That is
/// all there is: however long nothing can be shared, it does not grow with those who come and go meanwhile.
/// Thread-safe; one takes.</summary>
internal sealed class PresenceChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ActiveSubscriber, SharedSubscriber> _all = [];
    private readonly LinkedList<SharedSubscriber> _due = new();

    /// <summary>Someone came.</summary>
    public void Add(ActiveSubscriber subscriber)
    {
        var shared = new SharedSubscriber(subscriber);
        lock (_gate)
        {
            _all.Add(subscriber, shared);
            _due.AddLast(shared.Node);
        }
    }

    /// <summary>Someone has gone.</summary>
    public void Remove(ActiveSubscriber subscriber)
    {
        lock (_gate)
        {
            if (_all.TryGetValue(subscriber, out var shared)) Remove(shared);
        }
    }

    /// <summary>All have gone.</summary>
    public void RemoveAll()
    {
        lock (_gate)
        {
            foreach (var shared in _all.Values.ToArray()) Remove(shared);
        }
    }

    /// <summary>Nobody knows any more of those who are here.</summary>
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

    /// <summary>Whether the registry may hold so many values of this instance.</summary>
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
    /// <param name="maxSubscribers">Of how many.</param>
    /// <param name="maxTopics">No more, once they have so many topics together.</param>
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

    /// <summary>They are about to be told, or those that have gone have been told.</summary>
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

    /// <summary>Others know them, and what has gone is not held any more.</summary>
    public void Settle(IEnumerable<PresenceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!change.HasCome) Forget(change.Shared);
                // Else it has gone meanwhile, and that is due.
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
