namespace SseFunctions.Hub.Topics;

/// <summary>A dictionary from a text to a set of items. A text with one item takes little memory, and a text with very
/// many items stays fast: adding and removing take amortized constant time. Not thread-safe.</summary>
/// <typeparam name="T">The type of the items. It must not be a hash set: this class stores the only item of a text
/// where it otherwise stores a hash set.</typeparam>
/// <param name="comparer">Decides which items are equal.</param>
internal sealed class Buckets<T>(IEqualityComparer<T> comparer)
    where T : class
{
    private const int MinTrimmed = 16;

    // A text's only item, or the HashSet<T> of its items.
    private readonly Dictionary<string, object> _buckets = new(StringComparer.Ordinal);

    /// <summary>The number of texts that have items.</summary>
    public int Count => _buckets.Count;

    /// <summary>Adds an item to a text, unless the text already has the item.</summary>
    /// <returns>True if the item is now the only one of the text.</returns>
    public bool Add(string text, T item)
    {
        if (_buckets.TryAdd(text, item)) return true;
        var bucket = _buckets[text];
        if (bucket is HashSet<T> many)
        {
            many.Add(item);
            return false;
        }
        var one = (T)bucket;
        if (comparer.Equals(one, item)) return true;
        _buckets[text] = new HashSet<T>(comparer) { one, item };
        return false;
    }

    /// <summary>Removes an item from a text, if the text has the item.</summary>
    /// <returns>True if the text has no items now.</returns>
    public bool Remove(string text, T item)
    {
        if (!_buckets.TryGetValue(text, out var bucket)) return true;
        if (bucket is HashSet<T> many)
        {
            if (!many.Remove(item)) return false;
            if (many.Count == 1) _buckets[text] = many.Single();
            else if (IsSparse(many.Count, many.Capacity)) many.TrimExcess(2 * many.Count);
            return false;
        }
        if (!comparer.Equals((T)bucket, item)) return false;
        _buckets.Remove(text);
        if (IsSparse(_buckets.Count, _buckets.Capacity)) _buckets.TrimExcess(2 * _buckets.Count);
        return true;
    }

    /// <summary>Adds the items of a text to a list.</summary>
    public void Find(ReadOnlySpan<char> text, List<T> found)
    {
        if (!_buckets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var bucket)) return;
        if (bucket is HashSet<T> many) found.AddRange(many);
        else found.Add((T)bucket);
    }

    // .NET's hash tables do not shrink by themselves. A table that is less than a quarter full is trimmed until it is
    // half full: so many removals precede each trimming that its cost, averaged over them, is constant.
    private static bool IsSparse(int count, int capacity) => capacity >= MinTrimmed && count < capacity / 4;
}
