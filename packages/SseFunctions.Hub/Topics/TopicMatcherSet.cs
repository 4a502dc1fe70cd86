namespace SseFunctions.Hub.Topics;

/// <summary>A set of topic matchers of any kinds, in the ordinal order of their keys. Immutable and thread-safe.
/// </summary>
internal sealed class TopicMatcherSet
{
    // With fewer plain texts, comparing the topic with each is faster than hashing it.
    private const int MinHashed = 8;

    // Begin the keys of matchers that are not selectors. KeyOf writes no text like this.
    private const string ExactMark = "\u0001e";
    private const string PatternMark = "\u0001p";

    private readonly HashSet<string>? _hashed;
    private readonly TopicMatcher[] _templates;
    private readonly TopicMatcher[] _patterns;
    private readonly TopicMatcher[] _matchers;
    private readonly bool _all;

    private TopicMatcherSet(TopicMatcher[] matchers)
    {
        _matchers = matchers;
        _all = matchers.Any(matcher => matcher.IsWildcard);
        _templates = [.. matchers.Where(matcher => matcher.IsTemplate)];
        _patterns = [.. matchers.Where(matcher => matcher.Pattern is not null)];
        if (matchers.Length - _templates.Length - _patterns.Length >= MinHashed)
        {
            _hashed = matchers.Where(matcher => matcher.Pattern is null).Select(matcher => matcher.Text)
                .ToHashSet(StringComparer.Ordinal);
        }
        Key = KeyOf(matchers);
    }

    /// <summary>The empty set, which matches no topic.</summary>
    public static TopicMatcherSet Empty { get; } = new([]);

    /// <summary>The matchers in the ordinal order of their keys.</summary>
    public IReadOnlyList<TopicMatcher> Matchers => _matchers;

    /// <summary>A string that is equal for two sets if, and only if, they contain the same matchers. The key of a
    /// single selector is its text, with NUL and U+0001 escaped.</summary>
    public string Key { get; }

    /// <summary>Creates the set of these matchers. Their order and duplicates have no effect.</summary>
    public static TopicMatcherSet Of(IEnumerable<TopicMatcher> matchers)
    {
        var distinct = matchers.DistinctBy(matcher => (matcher.Kind, matcher.Key))
            .OrderBy(matcher => matcher.Key, StringComparer.Ordinal).ThenBy(matcher => matcher.Kind).ToArray();
        return distinct.Length == 0 ? Empty : new TopicMatcherSet(distinct);
    }

    /// <summary>Creates the set of the selectors (0.x) of these texts.</summary>
    public static TopicMatcherSet Parse(IEnumerable<string> texts) => Of(texts.Select(TopicMatcher.Parse));

    /// <summary>Whether at least one of the topics matches at least one of the matchers.</summary>
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
        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(topic)) return true;
        }
        return false;
    }

    private bool IsOne(string topic)
    {
        foreach (var matcher in _matchers)
        {
            if (matcher.Text == topic && matcher.Pattern is null) return true;
        }
        return false;
    }

    // The keys, with NUL between them, after NUL within them was escaped. A lone NUL is the key of the empty set: only
    // two empty keys would give the same, and keys are distinct.
    private static string KeyOf(TopicMatcher[] matchers) =>
        matchers.Length == 0 ? "\0" : string.Join('\0', matchers.Select(KeyOf));

    private static string KeyOf(TopicMatcher matcher) => matcher.Kind switch
    {
        MatchKind.Exact => ExactMark + WithoutNul(matcher.Key),
        MatchKind.UrlPattern => PatternMark + WithoutNul(matcher.Key),
        _ => WithoutNul(matcher.Key),
    };

    private static string WithoutNul(string text) => text.AsSpan().ContainsAny('\0', '\u0001')
        ? text.Replace("\u0001", "\u00011", StringComparison.Ordinal).Replace("\0", "\u00010", StringComparison.Ordinal)
        : text;
}
