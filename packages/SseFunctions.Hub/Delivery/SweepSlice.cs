namespace SseFunctions.Hub.Delivery;

/// <summary>The members that one thread wakes before it takes its next slice, and the groups that they belong to. Not
/// thread-safe: it belongs to one thread.</summary>
/// <param name="size">The number of members that fit.</param>
internal sealed class SweepSlice(int size)
{
    private readonly Subscriber[] _members = new Subscriber[size];
    private int _count;

    /// <summary>The groups of the members. Each group is in the list once.</summary>
    public List<SubscriberGroup> Groups { get; } = [];

    /// <summary>The number of members that still fit.</summary>
    public int Room => size - _count;

    /// <summary>Adds members of a group that has no members in the slice yet.</summary>
    public void Add(SubscriberGroup group, ReadOnlySpan<Subscriber> members)
    {
        Groups.Add(group);
        members.CopyTo(_members.AsSpan(_count));
        _count += members.Length;
    }

    /// <summary>Wakes the members one after the other. The streams of most members write before this returns.</summary>
    public void Wake()
    {
        foreach (var member in _members.AsSpan(0, _count)) member.Wake();
    }

    public void Clear()
    {
        Groups.Clear();
        // The slice is reused. Otherwise it would keep subscribers in memory that have left.
        Array.Clear(_members, 0, _count);
        _count = 0;
    }
}
