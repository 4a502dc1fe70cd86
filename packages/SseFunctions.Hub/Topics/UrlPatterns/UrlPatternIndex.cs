namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Finds the items whose URL Patterns match a topic, at a cost that does not grow with the patterns whose
/// fixed components, or whose start of the path, the topic does not have. Not thread-safe.</summary>
/// <typeparam name="T">The items. They are told apart by reference. No hash set.</typeparam>
internal sealed class UrlPatternIndex<T>
    where T : class
{
    private static readonly IEqualityComparer<UrlPattern> ByKey =
        EqualityComparer<UrlPattern>.Create((a, b) => a?.Key == b?.Key, pattern => pattern.Key.GetHashCode());

    private readonly Buckets<T> _items = new(ReferenceEqualityComparer.Instance);

    // Most hubs have one base URL, and there are eight shapes.
    private readonly Dictionary<(WhatwgUrl BaseUrl, int Shape), PrefixIndex<UrlPattern>> _patterns = [];

    private readonly List<UrlPattern> _candidates = [];

    /// <summary>Adds an item that a topic shall find if it matches the pattern. Does nothing if it was added with a
    /// pattern of the same text and base URL before.</summary>
    public void Add(UrlPattern pattern, T item)
    {
        if (!_items.Add(pattern.Key, item)) return;
        var shape = (pattern.BaseUrl, pattern.IndexKey.Shape);
        if (!_patterns.TryGetValue(shape, out var sameShape))
            _patterns.Add(shape, sameShape = new PrefixIndex<UrlPattern>(ByKey));
        sameShape.Add(pattern.IndexKey.Prefix, pattern);
    }

    /// <summary>Removes what was added with a pattern of the same text and base URL. Does nothing if there is no such
    /// item.</summary>
    public void Remove(UrlPattern pattern, T item)
    {
        var shape = (pattern.BaseUrl, pattern.IndexKey.Shape);
        if (!_items.Remove(pattern.Key, item) || !_patterns.TryGetValue(shape, out var sameShape)) return;
        sameShape.Remove(pattern.IndexKey.Prefix, pattern);
        if (sameShape.IsEmpty) _patterns.Remove(shape);
    }

    /// <summary>Adds each item to the list that has a pattern which this topic matches. An item with several such
    /// patterns is added for each of them.</summary>
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
