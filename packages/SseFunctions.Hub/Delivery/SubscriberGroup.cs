using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>All subscribers with the same topic selectors and the same rights. An entry is matched once for the whole
/// group. The lock of <see cref="Subscribers"/> guards the properties and methods of this class, except where their
/// description names another rule.</summary>
/// <param name="topics">See <see cref="Topics"/>.</param>
/// <param name="rights">See <see cref="Rights"/>.</param>
/// <param name="last">A batch without entries that marks the position from which on entries are matched with the
/// group.</param>
internal sealed class SubscriberGroup(TopicMatcherSet topics, TopicMatcherSet rights, Batch last)
{
    private volatile Batch _last = last;
    private Subscriber[] _members = new Subscriber[1];

    /// <summary>The topic selectors that the members subscribe to. Immutable.</summary>
    public TopicMatcherSet Topics => topics;

    /// <summary>The topic selectors that the members have a right to: see <see cref="Visibility"/>. Immutable.
    /// </summary>
    public TopicMatcherSet Rights => rights;

    /// <summary>The last batch. Reading it needs no lock.</summary>
    public Batch Last
    {
        get => _last;
        set => _last = value;
    }

    public int Count { get; private set; }

    /// <summary>The entries of the next batch. Empty if the members must be woken only to read the log up to
    /// <see cref="Last"/>; null if there is no reason to wake the members.</summary>
    public List<LogEntry>? Pending { get; set; }

    /// <summary>The position of the last entry for which the topic index found this group. The index finds a group once
    /// for each topic that matches; this position makes the entry be added only once.</summary>
    public LogPosition FoundFor { get; set; }

    /// <summary>Where the group is on its way to its next sweep. The lock of <see cref="Sweeper"/> guards this property
    /// and the following four; only the sweeper uses them.</summary>
    public SweepStage Stage { get; set; }

    /// <summary>The timestamp (<see cref="TimeProvider.GetTimestamp"/>) from which on the group may be swept again.
    /// </summary>
    public long DueAt { get; set; }

    /// <summary>The number of members that no thread has taken yet in this sweep. <see cref="int.MaxValue"/> if the
    /// sweep has not begun.</summary>
    public int Left { get; set; }

    /// <summary>The number of threads that are waking members of this group.</summary>
    public int Threads { get; set; }

    /// <summary>Whether updates have become pending since the sweep began.</summary>
    public bool IsPendingAgain { get; set; }

    /// <summary>Whether an entry matches the members' topic selectors and rights. Needs no lock.</summary>
    public bool Fits(LogEntry entry) =>
        topics.MatchesAny(entry.Topics) && entry.IsVisibleTo(rights);

    /// <summary>Adds a member with the highest index.</summary>
    public void Add(Subscriber member)
    {
        if (Count == _members.Length) Array.Resize(ref _members, Count * 2);
        member.Index = Count;
        _members[Count++] = member;
    }

    /// <summary>Removes a member; the last member takes its index.</summary>
    public void Remove(Subscriber member)
    {
        var last = _members[--Count];
        _members[member.Index] = last;
        last.Index = member.Index;
        Array.Clear(_members, Count, 1);
        if (Count > 0 && Count <= _members.Length / 4) Array.Resize(ref _members, _members.Length / 2);
    }

    /// <summary>Gets a range of the members. Valid only while the caller holds the lock.</summary>
    public ReadOnlySpan<Subscriber> Members(int start, int count) => _members.AsSpan(start, count);
}
