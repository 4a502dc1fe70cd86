namespace SseFunctions.Hub.Topics;

/// <summary>A set of topic selectors, in the ordinal order of their texts. Immutable and thread-safe.</summary>
internal sealed class TopicMatcherSet
{
    // With fewer plain selectors, comparing the topic with each is faster than hashing it.
    private const int MinHashed = 8;

    private readonly HashSet<string>? _hashed;
    private readonly TopicMatcher[] _templates;
    private readonly TopicMatcher[] _selectors;
    private readonly bool _all;

    private TopicMatcherSet(TopicMatcher[] selectors)
    {
        _selectors = selectors;
        _all = selectors.Any(selector => selector.IsWildcard);
        _templates = [.. selectors.Where(selector => selector.IsTemplate)];
        if (selectors.Length - _templates.Length >= MinHashed)
            _hashed = selectors.Select(selector => selector.Text).ToHashSet(StringComparer.Ordinal);
        Key = KeyOf(selectors);
    }

    /// <summary>The empty set, which matches no topic.</summary>
    public static TopicMatcherSet Empty { get; } = new([]);

    /// <summary>The selectors in the ordinal order of their texts.</summary>
    public IReadOnlyList<TopicMatcher> Matchers => _selectors;

    /// <summary>A string that is equal for two sets if, and only if, they contain the same selectors. The key of a
    /// single selector is its text, with NUL and U+0001 escaped.</summary>
    public string Key { get; }

    /// <summary>Creates the set of these selectors. Their order and duplicates have no effect.</summary>
    public static TopicMatcherSet Of(IEnumerable<TopicMatcher> selectors)
    {
        var distinct = selectors.DistinctBy(selector => selector.Text, StringComparer.Ordinal)
            .OrderBy(selector => selector.Text, StringComparer.Ordinal).ToArray();
        return distinct.Length == 0 ? Empty : new TopicMatcherSet(distinct);
    }

    /// <summary>Creates the set of the selectors of these texts.</summary>
    public static TopicMatcherSet Parse(IEnumerable<string> texts) => Of(texts.Select(TopicMatcher.Parse));

    /// <summary>Whether at least one of the topics matches at least one of the selectors.</summary>
    public bool MatchesAny(IReadOnlyList<string> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        for (var i = 0; i < topics.Count; i++)
        {
            if (Matches(topics[i])) return true;
        }
        return false;
    }

    private bool Matches(string topic)
    {
        if (_all || (_hashed?.Contains(topic) ?? IsOne(topic))) return true;
        foreach (var template in _templates)
        {
            if (template.Matches(topic)) return true;
        }
        return false;
    }

    private bool IsOne(string topic)
    {
        foreach (var selector in _selectors)
        {
            if (selector.Text == topic) return true;
        }
        return false;
    }

    // The texts, with NUL between them, after NUL within them was escaped. A lone NUL is the key of the empty set: only
    // two empty texts would give the same, and texts are distinct.
    private static string KeyOf(TopicMatcher[] selectors) =>
        selectors.Length == 0 ? "\0" : string.Join('\0', selectors.Select(selector => WithoutNul(selector.Text)));

    private static string WithoutNul(string text) => text.AsSpan().ContainsAny('\0', '\u0001')
        ? text.Replace("\u0001", "\u00011", StringComparison.Ordinal).Replace("\0", "\u00010", StringComparison.Ordinal)
        : text;
}
