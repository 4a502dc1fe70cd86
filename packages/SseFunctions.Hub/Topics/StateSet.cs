namespace SseFunctions.Hub.Topics;

/// <summary>A set of small numbers in which adding, looking up and clearing take constant time: the sparse set of
/// Briggs and Torczon, which needs no initialized memory. Not thread-safe.</summary>
/// <param name="memory">Room for two numbers for each possible member. Its initial contents do not matter.</param>
internal ref struct StateSet(Span<short> memory)
{
    private readonly Span<short> _members = memory[..(memory.Length / 2)];
    private readonly Span<short> _places = memory[(memory.Length / 2)..];
    private int _count;

    /// <summary>The numbers in the set, in the order in which they were added.</summary>
    public readonly ReadOnlySpan<short> Members => _members[.._count];

    public readonly bool Contains(int number)
    {
        var place = _places[number];
        return (uint)place < (uint)_count && _members[place] == number;
    }

    /// <summary>Adds the number. False if the set already has the number.</summary>
    public bool Add(int number)
    {
        if (Contains(number)) return false;
        _places[number] = (short)_count;
        _members[_count++] = (short)number;
        return true;
    }

    public void Clear() => _count = 0;
}
