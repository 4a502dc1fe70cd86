namespace SseFunctions.Hub.Topics;

/// <summary>Finds the items whose prefix a text has, at a look-up for each distinct length of a prefix that is not
/// longer than the text. Not thread-safe.</summary>
/// <typeparam name="T">The items, of which a prefix has each once. No hash set.</typeparam>
/// <param name="comparer">Tells items apart.</param>
internal sealed class PrefixIndex<T>(IEqualityComparer<T> comparer)
    where T : class
{
    // By the length of the prefix, shortest first, and then by the prefix.
    private readonly SortedList<int, Buckets<T>> _byLength = [];

    /// <summary>Whether there are no items.</summary>
    public bool IsEmpty => _byLength.Count == 0;

    /// <summary>Adds an item; does nothing if the prefix has it.</summary>
    public void Add(string prefix, T item)
    {
        if (!_byLength.TryGetValue(prefix.Length, out var sameLength))
            _byLength.Add(prefix.Length, sameLength = new Buckets<T>(comparer));
        sameLength.Add(prefix, item);
    }

    /// <summary>Removes an item; does nothing if the prefix does not have it.</summary>
    public void Remove(string prefix, T item)
    {
        if (!_byLength.TryGetValue(prefix.Length, out var sameLength)) return;
        sameLength.Remove(prefix, item);
        if (sameLength.Count == 0) _byLength.Remove(prefix.Length);
    }

    /// <summary>Adds the items to a list whose prefix the text has.</summary>
    public void Find(ReadOnlySpan<char> text, List<T> found)
    {
        for (var i = 0; i < _byLength.Count && _byLength.GetKeyAtIndex(i) <= text.Length; i++)
            _byLength.GetValueAtIndex(i).Find(text[.._byLength.GetKeyAtIndex(i)], found);
    }
}
