namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A set of positions that tells how many of its positions are before another one. Each operation takes
/// O(log n) for n possible positions (a Fenwick tree). Not thread-safe.</summary>
/// <param name="size">How many positions there can be; the first one is 0.</param>
internal sealed class PositionSet(int size)
{
    // The node i holds how many positions of the range (i - lowest bit of i, i] are in the set, counted from 1.
    private readonly int[] _nodes = new int[size + 1];

    /// <summary>How many positions are in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a position, which must not be in the set yet.</summary>
    public void Add(int position)
    {
        Count++;
        for (var node = position + 1; node < _nodes.Length; node += node & -node) _nodes[node]++;
    }

    /// <summary>Returns how many positions of the set are less than this position.</summary>
    public int CountBefore(int position)
    {
        var count = 0;
        for (var node = position; node > 0; node -= node & -node) count += _nodes[node];
        return count;
    }
}
