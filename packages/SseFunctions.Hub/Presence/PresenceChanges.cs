namespace SseFunctions.Hub.Presence;

/// <summary>The subscribers of this instance, and which of them have come or gone without the other instances knowing
/// it yet: their change is due. A subscriber has at most one due change, so the list does not grow with the number of
/// changes while the registry cannot be reached. Used by <see cref="SharedPresence"/> alone.</summary>
/// <remarks>
/// <para>How a change is shared: <see cref="Take"/> returns it, the caller writes its value to the registry, calls
/// <see cref="RecordAnnouncement"/>, announces the change by an update, calls <see cref="RecordAnnouncement"/> again,
/// and last <see cref="Settle"/>. If a step fails, the change stays due, and the next <see cref="Take"/> returns it
/// again. So a change is announced at least once.</para>
/// <para>Thread-safe: one lock guards all fields and the properties of each <see cref="SharedSubscriber"/>. Any thread
/// may call <see cref="Add"/>, <see cref="Remove(ActiveSubscriber)"/> and <see cref="RemoveAll"/>. The other methods
/// are for one caller at a time: the loop of <see cref="SharedPresence"/>, or its StopAsync once the loop has ended.
/// Two callers of <see cref="Take"/> would share the same changes.</para>
/// </remarks>
internal sealed class PresenceChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ActiveSubscriber, SharedSubscriber> _all = [];
    private readonly LinkedList<SharedSubscriber> _due = new();

    /// <summary>Adds a subscriber that has come. Its change is due.</summary>
    public void Add(ActiveSubscriber subscriber)
    {
        var shared = new SharedSubscriber(subscriber);
        lock (_gate)
        {
            _all.Add(subscriber, shared);
            _due.AddLast(shared.Node);
        }
    }

    /// <summary>Records that a subscriber has gone. Its change is due, unless the registry has never had it: then the
    /// subscriber is forgotten.</summary>
    public void Remove(ActiveSubscriber subscriber)
    {
        lock (_gate)
        {
            if (_all.TryGetValue(subscriber, out var shared)) Remove(shared);
        }
    }

    /// <summary>Records that all subscribers have gone.</summary>
    public void RemoveAll()
    {
        lock (_gate)
        {
            foreach (var shared in _all.Values.ToArray()) Remove(shared);
        }
    }

    /// <summary>Makes the changes of all subscribers due again, because the registry has lost its values.</summary>
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

    /// <summary>Whether this number of values in the registry is plausible. The registry must have the value of each
    /// subscriber without a due change. It may have the value of a subscriber with a due change, if a write of it was
    /// tried.</summary>
    /// <param name="held">The number of values that the registry has of this instance.</param>
    public bool Fits(long held)
    {
        lock (_gate)
        {
            var settled = _all.Count - _due.Count;
            return held >= settled && held <= settled + _due.Count(shared => shared.MayBeHeld);
        }
    }

    /// <summary>Gets the changes that are due, the oldest first. They stay due until <see cref="Settle"/>.</summary>
    /// <param name="maxSubscribers">The maximum number of changes.</param>
    /// <param name="maxTopics">Once the taken subscribers have this number of topic selectors together, no more are
    /// taken.</param>
    public List<PresenceChange> Take(int maxSubscribers, int maxTopics)
    {
        var changes = new List<PresenceChange>();
        lock (_gate)
        {
            foreach (var shared in _due)
            {
                if (changes.Count == maxSubscribers || maxTopics <= 0) break;
                changes.Add(new PresenceChange(shared, shared.IsHere, shared.MayBeAnnounced));
                maxTopics -= shared.Subscriber.Topics.Count;
                shared.MayBeHeld = true;
            }
        }
        return changes;
    }

    /// <summary>Records which comings may have been announced. Call it before the announcement with true, so that a
    /// coming counts as announced even if the announcement fails; and after it with false, so that an announced end is
    /// not announced again.</summary>
    /// <param name="changes">The changes that are announced together.</param>
    /// <param name="hasCome">True: record the subscribers that have come. False: record those that have gone.</param>
    public void RecordAnnouncement(IEnumerable<PresenceChange> changes, bool hasCome)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (change.HasCome == hasCome) change.Shared.MayBeAnnounced = hasCome;
            }
        }
    }

    /// <summary>Records that the changes are announced, and that the registry no longer has the values of subscribers
    /// that have gone. The changes are no longer due.</summary>
    public void Settle(IEnumerable<PresenceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!change.HasCome) Forget(change.Shared);
                // If the subscriber has gone since Take, its end is due instead.
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
