namespace SseFunctions.Hub.Presence;

/// <summary>The changes of presence that this instance still has to publish: subscribers that have come, and
/// subscribers that have gone. Such a change is <i>due</i>. A subscriber has at most one due change: if it goes
/// before its arrival was taken, nothing is due. <see cref="SharedPresence"/> uses this class.</summary>
/// <remarks>
/// <para>How a due change is published:</para>
/// <list type="number">
/// <item><see cref="Take"/> returns the change.</item>
/// <item>For a subscriber that has come, the caller writes its value (its name and subscriptions) to the instance
/// registry, and calls <see cref="RecordAnnouncement"/>.</item>
/// <item>The caller announces the change to subscribers, by an update in the log.</item>
/// <item>For a subscriber that has gone, the caller calls <see cref="RecordAnnouncement"/>, and removes its value from
/// the registry.</item>
/// <item>The caller calls <see cref="Settle"/>.</item>
/// </list>
/// <para>If a step fails, the change stays due, and the next <see cref="Take"/> returns it again. So an arrival can be
/// announced twice.</para>
/// <para>One lock guards all fields, and the properties of each <see cref="SharedSubscriber"/>. Any thread may call
/// <see cref="Add"/>, <see cref="Remove(ActiveSubscriber)"/> and <see cref="RemoveAll"/>. Only one caller at a time may
/// call the other methods: the loop of <see cref="SharedPresence"/>, or SharedPresence.StopAsync after the loop has
/// ended. Two callers of <see cref="Take"/> would publish the same changes twice.</para>
/// </remarks>
internal sealed class PresenceChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ActiveSubscriber, SharedSubscriber> _all = [];
    private readonly LinkedList<SharedSubscriber> _due = new();

    /// <summary>Adds a subscriber that has come, once. Its arrival is due.</summary>
    public void Add(ActiveSubscriber subscriber)
    {
        var shared = new SharedSubscriber(subscriber);
        lock (_gate)
        {
            _all.Add(subscriber, shared);
            _due.AddLast(shared.Node);
        }
    }

    /// <summary>Records that a subscriber has gone. Its end is due. If its arrival was never taken, nobody knows the
    /// subscriber: then nothing is due.</summary>
    public void Remove(ActiveSubscriber subscriber)
    {
        lock (_gate)
        {
            if (_all.TryGetValue(subscriber, out var shared)) Remove(shared);
        }
    }

    /// <summary>Records that all subscribers have gone, because the host stops.</summary>
    public void RemoveAll()
    {
        lock (_gate)
        {
            // A copy, because Remove changes the dictionary.
            foreach (var shared in _all.Values.ToArray()) Remove(shared);
        }
    }

    /// <summary>Makes the arrival of every subscriber due again, because the registry has lost the values of this
    /// instance.</summary>
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

    /// <summary>Gets the values in the registry that belong to no subscriber recorded here.</summary>
    public List<KeyValuePair<string, string>> Strangers(IEnumerable<KeyValuePair<string, string>> held)
    {
        lock (_gate)
        {
            var ids = _all.Keys.Select(subscriber => subscriber.Id).ToHashSet(StringComparer.Ordinal);
            return [.. held.Where(value => !ids.Contains(value.Key))];
        }
    }

    /// <summary>Whether this number of values in the registry agrees with the changes recorded here. The registry must
    /// have the value of each subscriber without a due change. It may have the value of a subscriber whose change is
    /// due and was taken before.</summary>
    /// <param name="held">How many values of this instance the registry has.</param>
    public bool Fits(long held)
    {
        lock (_gate)
        {
            var settled = _all.Count - _due.Count;
            return held >= settled && held <= settled + _due.Count(shared => shared.MayBeHeld);
        }
    }

    /// <summary>Gets the changes that are due, those first that have been due longest. They stay due until
    /// <see cref="Settle"/>.</summary>
    /// <param name="maxSubscribers">At most this many changes are taken, one for each subscriber.</param>
    /// <param name="maxTopics">No further change is taken once the subscribers of the taken changes have this many
    /// topic selectors together. The last change that is taken may exceed this number.</param>
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
                // Before the caller writes it: a write that fails may have been executed.
                shared.MayBeHeld = true;
            }
        }
        return changes;
    }

    /// <summary>Records what other instances may know. Call this method with true before the announcement: an arrival
    /// counts as announced from then on, because an announcement that failed may have been executed. Call it with false
    /// after the announcement: an announced end is then not announced again, even if a later step fails.</summary>
    /// <param name="changes">The changes that one step announces.</param>
    /// <param name="hasCome">True: marks the subscribers among <paramref name="changes"/> that have come as announced.
    /// False: removes the mark of those that have gone.</param>
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

    /// <summary>Ends the publication of changes: all steps have succeeded, so the changes are no longer due.
    /// Subscribers that have gone are forgotten.</summary>
    public void Settle(IEnumerable<PresenceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                if (!change.HasCome) Forget(change.Shared);
                // A subscriber that has gone since Take stays in the list: now its end is due.
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
