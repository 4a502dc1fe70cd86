using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Topics;

/// <summary>Finds the items whose matchers match a topic. The cost does not grow with the number of matchers that do
/// not match: a dictionary finds plain texts, URI Templates are found by their prefix, the literal text before the
/// first expression, and URL patterns by a <see cref="UrlPatternIndex{T}"/>. Not thread-safe.</summary>
/// <remarks>A search takes one look-up for the topic itself, and one for each distinct length of a prefix that is not
/// longer than the topic. Only the templates whose prefix the topic starts with are matched one by one. Adding and
/// removing take amortized constant time. Removed items and matchers use no memory.</remarks>
/// <typeparam name="T">The type of the items, which are compared by reference. It must not be a hash set: see
/// <see cref="Buckets{T}"/>.</typeparam>
internal sealed class TopicIndex<T>
    where T : class
{
    private static readonly IEqualityComparer<TopicMatcher> ByText =
        EqualityComparer<TopicMatcher>.Create((a, b) => a?.Text == b?.Text, selector => selector.Text.GetHashCode());

    // The items under selectors, by text. Exact matchers have another dictionary, because a selector and an exact
    // matcher of one text may match different topics.
    private readonly Buckets<T> _items = new(ReferenceEqualityComparer.Instance);
    private readonly Buckets<T> _exact = new(ReferenceEqualityComparer.Instance);

    // The items under the matcher *, which is not a URL pattern.
    private readonly Buckets<T> _allPatterns = new(ReferenceEqualityComparer.Instance);

    private readonly PrefixIndex<TopicMatcher> _templates = new(ByText);
    private readonly UrlPatternIndex<T> _patterns = new();

    private readonly List<TopicMatcher> _candidates = [];

    /// <summary>Adds an item under a matcher, unless the item is already there under an equal matcher.</summary>
    public void Add(TopicMatcher matcher, T item)
    {
        if (matcher.Pattern is { } pattern) _patterns.Add(pattern, item);
        else if (ItemsOf(matcher).Add(matcher.Text, item) && matcher.IsTemplate)
            _templates.Add(matcher.Prefix, matcher);
    }

    /// <summary>Removes an item from under a matcher, if the item was added under an equal matcher.</summary>
    public void Remove(TopicMatcher matcher, T item)
    {
        if (matcher.Pattern is { } pattern) _patterns.Remove(pattern, item);
        else if (ItemsOf(matcher).Remove(matcher.Text, item) && matcher.IsTemplate)
            _templates.Remove(matcher.Prefix, matcher);
    }

    /// <summary>Adds to the list each item with a matcher that matches the topic. An item with several such matchers is
    /// added once for each of them.</summary>
    public void Find(string topic, List<T> found)
    {
        _items.Find(topic, found);
        if (topic != TopicMatcher.All.Text) _items.Find(TopicMatcher.All.Text, found);
        if (_exact.Count > 0)
        {
            _exact.Find(topic, found);
            if (topic != TopicMatcher.AllExact.Text) _exact.Find(TopicMatcher.AllExact.Text, found);
        }

        _templates.Find(topic, _candidates);
        foreach (var template in _candidates)
        {
            if (template.Text != topic && template.Matches(topic)) _items.Find(template.Text, found);
        }
        _candidates.Clear();

        if (_allPatterns.Count > 0) _allPatterns.Find(TopicMatcher.AllPatterns.Text, found);
        _patterns.Find(topic, found);
    }

    private Buckets<T> ItemsOf(TopicMatcher matcher) => matcher.Kind switch
    {
        MatchKind.Exact => _exact,
        MatchKind.UrlPattern => _allPatterns,
        _ => _items,
    };
}
