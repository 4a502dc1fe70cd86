namespace SseFunctions.Hub.Topics;

/// <summary>Items under texts: small where a text has one item, fast where it has very many. Adding and removing take
/// the same short time, averaged, however much there is. Not thread-safe.</summary>
/// <typeparam name="T">The items, of which a text has each once. No hash set.</typeparam>
/// <param name="comparer">Tells items apart.</param>
internal sealed class Buckets<T>(IEqualityComparer<T> comparer)
    where T : class
{
    private const int MinTrimmed = 16;

    // A text's only item, or the HashSet<T> of its items.
    private readonly Dictionary<string, object> _buckets = new(StringComparer.Ordinal);

    /// <summary>How many texts have items.</summary>
    public int Count => _buckets.Count;

    /// <summary>Adds an item; does nothing if the text has it. True if it is now the text's only one.</summary>
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

    /// <summary>Removes an item; does nothing if the text does not have it. True if the text has none now.</summary>
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

    /// <summary>Adds the items of this text to a list.</summary>
    public void Find(ReadOnlySpan<char> text, List<T> found)
    {
        if (!_buckets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var bucket)) return;
        if (bucket is HashSet<T> many) found.AddRange(many);
        else found.Add((T)bucket);
    }

    // Hash tables never shrink by themselves. At a quarter to a half, so that it pays for itself.
    private static bool IsSparse(int count, int capacity) => capacity >= MinTrimmed && count < capacity / 4;
}
