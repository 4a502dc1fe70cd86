namespace SseFunctions.Hub.Delivery;

/// <summary>The members that one thread wakes before it looks for other work, and the groups that they belong to. Not
/// thread-safe.</summary>
/// <param name="size">How many members fit.</param>
internal sealed class SweepSlice(int size)
{
    private readonly Subscriber[] _members = new Subscriber[size];
    private int _count;

    /// <summary>The groups of the members, each once.</summary>
    public List<SubscriberGroup> Groups { get; } = [];

    /// <summary>How many more members fit.</summary>
    public int Room => size - _count;

    /// <summary>Adds members of a group.</summary>
    public void Add(SubscriberGroup group, ReadOnlySpan<Subscriber> members)
    {
        Groups.Add(group);
        members.CopyTo(_members.AsSpan(_count));
        _count += members.Length;
    }

    /// <summary>Wakes the members one after the other.</summary>
    public void Wake()
    {
        foreach (var member in _members.AsSpan(0, _count)) member.Wake();
    }

    /// <summary>Empties the slice.</summary>
    public void Clear()
    {
        Groups.Clear();
        // Or it would hold subscribers that have gone.
        Array.Clear(_members, 0, _count);
        _count = 0;
    }
}
