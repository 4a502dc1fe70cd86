namespace SseFunctions.Hub.Topics;

/// <summary>Finds the items whose topic selectors match a topic. The cost does not grow with the number of selectors
/// that do not match: a dictionary finds plain selectors by their text, and URI Templates by their prefix, the literal
/// text before the first expression. Not thread-safe.</summary>
/// <remarks>A search takes one look-up for the topic itself, and one for each distinct length of a prefix that is not
/// longer than the topic. Only the templates whose prefix the topic starts with are matched one by one. Adding and
/// removing take amortized constant time. Removed items and selectors use no memory.</remarks>
/// <typeparam name="T">The type of the items, which are compared by reference. It must not be a hash set: see
/// <see cref="Buckets{T}"/>.</typeparam>
internal sealed class TopicIndex<T>
    where T : class
{
    private static readonly IEqualityComparer<TopicMatcher> ByText =
        EqualityComparer<TopicMatcher>.Create((a, b) => a?.Text == b?.Text, selector => selector.Text.GetHashCode());

    private readonly Buckets<T> _items = new(ReferenceEqualityComparer.Instance);

    // The templates by the length of their prefix, the shortest first, and then by the prefix.
    private readonly SortedList<int, Buckets<TopicMatcher>> _templates = [];

    private readonly List<TopicMatcher> _candidates = [];

    /// <summary>Adds an item under a selector, unless the item is already there under a selector with the same
    /// text.</summary>
    public void Add(TopicMatcher selector, T item)
    {
        if (!_items.Add(selector.Text, item) || !selector.IsTemplate) return;
        if (!_templates.TryGetValue(selector.Prefix.Length, out var sameLength))
            _templates.Add(selector.Prefix.Length, sameLength = new Buckets<TopicMatcher>(ByText));
        sameLength.Add(selector.Prefix, selector);
    }

    /// <summary>Removes an item from under a selector, if the item was added under a selector with the same
    /// text.</summary>
    public void Remove(TopicMatcher selector, T item)
    {
        if (!_items.Remove(selector.Text, item) || !selector.IsTemplate) return;
        if (!_templates.TryGetValue(selector.Prefix.Length, out var sameLength)) return;
        sameLength.Remove(selector.Prefix, selector);
        if (sameLength.Count == 0) _templates.Remove(selector.Prefix.Length);
    }

    /// <summary>Adds to the list each item with a selector that matches the topic. An item with several such selectors
    /// is added once for each of them.</summary>
    public void Find(string topic, List<T> found)
    {
        _items.Find(topic, found);
        if (topic != TopicMatcher.All.Text) _items.Find(TopicMatcher.All.Text, found);

        for (var i = 0; i < _templates.Count && _templates.GetKeyAtIndex(i) <= topic.Length; i++)
            _templates.GetValueAtIndex(i).Find(topic.AsSpan(0, _templates.GetKeyAtIndex(i)), _candidates);
        foreach (var template in _candidates)
        {
            if (template.Text != topic && template.Matches(topic)) _items.Find(template.Text, found);
        }
        _candidates.Clear();
    }
}
