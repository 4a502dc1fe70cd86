namespace SseFunctions.Hub.Topics;

/// <summary>A set of small numbers in which adding, asking and clearing take the same short time however many there
/// are. Not thread-safe.</summary>
/// <param name="memory">Room for two numbers for each number that may be in the set; what it holds does not matter.
/// </param>
internal ref struct StateSet(Span<short> memory)
{
    private readonly Span<short> _members = memory[..(memory.Length / 2)];
    private readonly Span<short> _places = memory[(memory.Length / 2)..];
    private int _count;

    /// <summary>The numbers, in the order in which they came.</summary>
    public readonly ReadOnlySpan<short> Members => _members[.._count];

    /// <summary>Whether the number is in the set.</summary>
    public readonly bool Contains(int number)
    {
        var place = _places[number];
        return (uint)place < (uint)_count && _members[place] == number;
    }

    /// <summary>Puts the number in; false if it was there.</summary>
    public bool Add(int number)
    {
        if (Contains(number)) return false;
        _places[number] = (short)_count;
        _members[_count++] = (short)number;
        return true;
    }

    /// <summary>Takes all numbers out.</summary>
    public void Clear() => _count = 0;
}
