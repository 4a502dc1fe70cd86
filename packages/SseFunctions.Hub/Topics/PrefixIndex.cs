namespace SseFunctions.Hub.Topics;

/// <summary>Finds the items whose prefix is the start of a text. A search takes one look-up for each distinct length of
/// a prefix that is not longer than the text. Not thread-safe.</summary>
/// <typeparam name="T">The type of the items. It must not be a hash set: see <see cref="Buckets{T}"/>.</typeparam>
/// <param name="comparer">Decides which items are equal.</param>
internal sealed class PrefixIndex<T>(IEqualityComparer<T> comparer)
    where T : class
{
    // By the length of the prefix, shortest first, and then by the prefix.
    private readonly SortedList<int, Buckets<T>> _byLength = [];

    public bool IsEmpty => _byLength.Count == 0;

    /// <summary>Adds an item under a prefix, unless the item is already there.</summary>
    public void Add(string prefix, T item)
    {
        if (!_byLength.TryGetValue(prefix.Length, out var sameLength))
            _byLength.Add(prefix.Length, sameLength = new Buckets<T>(comparer));
        sameLength.Add(prefix, item);
    }

    /// <summary>Removes an item from under a prefix, if the item is there.</summary>
    public void Remove(string prefix, T item)
    {
        if (!_byLength.TryGetValue(prefix.Length, out var sameLength)) return;
        sameLength.Remove(prefix, item);
        if (sameLength.Count == 0) _byLength.Remove(prefix.Length);
    }

    /// <summary>Adds to the list each item whose prefix is the start of the text.</summary>
    public void Find(ReadOnlySpan<char> text, List<T> found)
    {
        for (var i = 0; i < _byLength.Count && _byLength.GetKeyAtIndex(i) <= text.Length; i++)
            _byLength.GetValueAtIndex(i).Find(text[.._byLength.GetKeyAtIndex(i)], found);
    }
}
