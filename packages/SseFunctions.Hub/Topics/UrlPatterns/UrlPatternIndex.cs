namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Finds the items whose URL Patterns match a topic. The cost does not grow with the number of patterns whose
/// fixed components, or whose start of the path, differ from the topic's. Not thread-safe.</summary>
/// <typeparam name="T">The type of the items, which are compared by reference. It must not be a hash set: see
/// <see cref="Buckets{T}"/>.</typeparam>
internal sealed class UrlPatternIndex<T>
    where T : class
{
    private static readonly IEqualityComparer<UrlPattern> ByKey =
        EqualityComparer<UrlPattern>.Create((a, b) => a?.Key == b?.Key, pattern => pattern.Key.GetHashCode());

    private readonly Buckets<T> _items = new(ReferenceEqualityComparer.Instance);

    // Few entries: most hubs have one base URL, and there are eight shapes.
    private readonly Dictionary<(WhatwgUrl BaseUrl, int Shape), PrefixIndex<UrlPattern>> _patterns = [];

    private readonly List<UrlPattern> _candidates = [];

    /// <summary>Adds an item under a pattern, unless the item is already there under a pattern with the same text and
    /// base URL.</summary>
    public void Add(UrlPattern pattern, T item)
    {
        if (!_items.Add(pattern.Key, item)) return;
        var shape = (pattern.BaseUrl, pattern.IndexKey.Shape);
        if (!_patterns.TryGetValue(shape, out var sameShape))
            _patterns.Add(shape, sameShape = new PrefixIndex<UrlPattern>(ByKey));
        sameShape.Add(pattern.IndexKey.Prefix, pattern);
    }

    /// <summary>Removes an item from under a pattern, if the item was added under a pattern with the same text and base
    /// URL.</summary>
    public void Remove(UrlPattern pattern, T item)
    {
        var shape = (pattern.BaseUrl, pattern.IndexKey.Shape);
        if (!_items.Remove(pattern.Key, item) || !_patterns.TryGetValue(shape, out var sameShape)) return;
        sameShape.Remove(pattern.IndexKey.Prefix, pattern);
        if (sameShape.IsEmpty) _patterns.Remove(shape);
    }

    /// <summary>Adds to the list each item with a pattern that matches the topic. An item with several such patterns is
    /// added once for each of them.</summary>
    public void Find(string topic, List<T> found)
    {
        var (baseUrl, url) = ((WhatwgUrl?)null, (WhatwgUrl?)null);
        foreach (var (shape, patterns) in _patterns)
        {
            if (!ReferenceEquals(baseUrl, shape.BaseUrl))
            {
                baseUrl = shape.BaseUrl;
                url = WhatwgUrl.Parse(topic, baseUrl);
            }
            if (url is null) continue;
            patterns.Find(UrlIndexKey.TextOf(url, shape.Shape), _candidates);
            foreach (var candidate in _candidates)
            {
                if (candidate.Matches(url)) _items.Find(candidate.Key, found);
            }
            _candidates.Clear();
        }
    }
}
