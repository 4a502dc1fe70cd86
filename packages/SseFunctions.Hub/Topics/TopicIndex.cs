using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Topics;

/// <summary>Finds the items whose selectors match a topic, at a cost that does not grow with the selectors that do not:
/// plain selectors are found by a dictionary, templates by the literal text at their start. Not thread-safe.</summary>
/// <remarks>Finding takes a look-up for the topic itself, and one for each distinct length of such a start that is not
/// longer than the topic. Only templates whose start the topic shares are matched one by one. Adding and removing take
/// the same short time, averaged, however many items and selectors there are, and what is removed leaves nothing
/// behind.</remarks>
/// <typeparam name="T">The items. They are told apart by reference. No hash set.</typeparam>
internal sealed class TopicIndex<T>
    where T : class
{
    private static readonly IEqualityComparer<TopicSelector> ByText =
        EqualityComparer<TopicSelector>.Create((a, b) => a?.Text == b?.Text, selector => selector.Text.GetHashCode());

    private readonly Buckets<T> _items = new(ReferenceEqualityComparer.Instance);

    private readonly PrefixIndex<TopicSelector> _templates = new(ByText);
    private readonly UrlPatternIndex<T> _patterns = new();

    private readonly List<TopicSelector> _candidates = [];

    /// <summary>Adds an item that a topic shall find if it matches the selector. Does nothing if it was added with a
    /// selector of the same text before.</summary>
    public void Add(TopicSelector selector, T item)
    {
        if (_items.Add(selector.Text, item) && selector.IsTemplate) _templates.Add(selector.Prefix, selector);
    }

    /// <inheritdoc cref="UrlPatternIndex{T}.Add"/>
    public void Add(UrlPattern pattern, T item) => _patterns.Add(pattern, item);

    /// <summary>Removes what was added with a selector of the same text. Does nothing if there is no such
    /// item.</summary>
    public void Remove(TopicSelector selector, T item)
    {
        if (_items.Remove(selector.Text, item) && selector.IsTemplate) _templates.Remove(selector.Prefix, selector);
    }

    /// <inheritdoc cref="UrlPatternIndex{T}.Remove"/>
    public void Remove(UrlPattern pattern, T item) => _patterns.Remove(pattern, item);

    /// <summary>Adds each item to the list that has a selector which this topic matches. An item with several such
    /// selectors is added for each of them.</summary>
    public void Find(string topic, List<T> found)
    {
        _items.Find(topic, found);
        if (topic != TopicSelector.All.Text) _items.Find(TopicSelector.All.Text, found);

        _templates.Find(topic, _candidates);
        foreach (var template in _candidates)
        {
            if (template.Text != topic && template.Matches(topic)) _items.Find(template.Text, found);
        }
        _candidates.Clear();
        _patterns.Find(topic, found);
    }
}
