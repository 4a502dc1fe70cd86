using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>All subscribers with the same topic selectors and the same rights. An update is matched once for the whole
/// group. The lock of <see cref="Subscribers"/> guards all members except those whose description says otherwise.
/// </summary>
internal sealed class SubscriberGroup(TopicSelectorSet topics, TopicSelectorSet rights, Batch last)
{
    private volatile Batch _last = last;
    private Subscriber[] _members = new Subscriber[1];

    /// <summary>The topic selectors that the members subscribe to.</summary>
    public TopicSelectorSet Topics => topics;

    /// <summary>The topic selectors that the members have a right to: see <see cref="Visibility"/>.</summary>
    public TopicSelectorSet Rights => rights;

    /// <summary>The last batch. Needs no lock.</summary>
    public Batch Last
    {
        get => _last;
        set => _last = value;
    }

    /// <summary>The number of members.</summary>
    public int Count { get; private set; }

    /// <summary>The entries that have been matched for the next batch; empty if the members only have to look at
    /// <see cref="Last"/>; null if the members have nothing to be woken for.</summary>
    public List<LogEntry>? Pending { get; set; }

    /// <summary>The position of the last entry that this group was found for, so that an entry with two topics that fit
    /// is added once.</summary>
    public LogPosition FoundFor { get; set; }

    /// <summary>Where the group is on its way to its next sweep. This and the following four belong to
    /// <see cref="Sweeper"/>, and its lock guards them.</summary>
    public SweepStage Stage { get; set; }

    /// <summary>The timestamp from which on the group may be swept again.</summary>
    public long DueAt { get; set; }

    /// <summary>How many members the sweep has still to take; more than there are if it has not begun.</summary>
    public int Left { get; set; }

    /// <summary>How many threads are waking members.</summary>
    public int Threads { get; set; }

    /// <summary>Whether updates have become pending since the sweep began.</summary>
    public bool IsPendingAgain { get; set; }

    /// <summary>Whether an entry is for the members. Needs no lock.</summary>
    public bool Fits(LogEntry entry) =>
        topics.MatchesAny(entry.Topics) && entry.IsVisibleTo(rights);

    /// <summary>Adds a member at the end.</summary>
    public void Add(Subscriber member)
    {
        if (Count == _members.Length) Array.Resize(ref _members, Count * 2);
        member.Index = Count;
        _members[Count++] = member;
    }

    /// <summary>Removes a member; the last takes its place.</summary>
    public void Remove(Subscriber member)
    {
        var last = _members[--Count];
        _members[member.Index] = last;
        last.Index = member.Index;
        Array.Clear(_members, Count, 1);
        if (Count > 0 && Count <= _members.Length / 4) Array.Resize(ref _members, _members.Length / 2);
    }

    /// <summary>Some of the members.</summary>
    public ReadOnlySpan<Subscriber> Members(int start, int count) => _members.AsSpan(start, count);
}
