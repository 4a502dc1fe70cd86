using System.Diagnostics.CodeAnalysis;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Topics;

/// <summary>Matches topics. <c>*</c> matches all topics, whatever its kind. A topic selector (Mercure 0.x) also matches
/// the topic that equals it, and its expansions if it is a URI Template (RFC 6570). An exact matcher (1.0) matches the
/// topic that equals it, and a URL pattern (1.0) the URLs that match it. Immutable and thread-safe.</summary>
/// <remarks>A text that is not a valid template is a plain string. So is a template with more than
/// <see cref="UriTemplate.MaxSteps"/> steps. Selectors are not cached: creating one takes less than a microsecond and,
/// for a template, a few hundred bytes, and matching allocates nothing.</remarks>
internal sealed class TopicMatcher
{
    private const string Wildcard = "*";

    private readonly UriTemplate? _template;

    private TopicMatcher(MatchKind kind, string text, UriTemplate? template)
    {
        Kind = kind;
        Text = text;
        _template = template;
        Prefix = template is null ? text : text[..template.PrefixLength];
    }

    /// <summary>The selector <c>*</c>, which matches all topics.</summary>
    public static TopicMatcher All { get; } = new(MatchKind.Selector, Wildcard, null);

    /// <summary>The exact matcher <c>*</c>, which matches all topics.</summary>
    public static TopicMatcher AllExact { get; } = new(MatchKind.Exact, Wildcard, null);

    /// <summary>The URL pattern <c>*</c>, which matches all topics, even those that are not URLs.</summary>
    public static TopicMatcher AllPatterns { get; } = new(MatchKind.UrlPattern, Wildcard, null);

    /// <summary>How the matcher is compared with topics.</summary>
    public MatchKind Kind { get; }

    /// <summary>The text of the matcher, unchanged.</summary>
    public string Text { get; }

    /// <summary>A string that is equal for two matchers of one kind if, and only if, they match the same topics: the
    /// text, and for a URL pattern its base URL too. An absolute pattern also depends on its base URL, because relative
    /// topics are resolved against it.</summary>
    public string Key => Pattern?.Key ?? Text;

    /// <summary>The URL pattern; null if this is of another kind, or <c>*</c>.</summary>
    public UrlPattern? Pattern { get; private init; }

    /// <summary>Whether the matcher is <c>*</c>.</summary>
    public bool IsWildcard => ReferenceEquals(this, All) || ReferenceEquals(this, AllExact)
        || ReferenceEquals(this, AllPatterns);

    /// <summary>Whether the matcher is a URI Template with at least one expression.</summary>
    public bool IsTemplate => _template is not null;

    /// <summary>The cost of matching a topic: the number of steps of which all may have to be followed in parallel for
    /// each character of the topic. 0 for a plain text, and for a template or pattern of simple expressions.</summary>
    public int Steps => _template?.StepCount ?? Pattern?.Steps ?? 0;

    /// <summary>The literal text before the first expression of a template, with which each matching topic starts; the
    /// whole text of any other matcher.</summary>
    public string Prefix { get; }

    /// <summary>Creates the selector of a text. Every text is a valid selector.</summary>
    public static TopicMatcher Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Wildcard ? All : new TopicMatcher(MatchKind.Selector, text, UriTemplateParser.Parse(text));
    }

    /// <summary>Creates the exact matcher of a text. Every text is a valid one.</summary>
    public static TopicMatcher Exact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Wildcard ? AllExact : new TopicMatcher(MatchKind.Exact, text, null);
    }

    /// <summary>Creates the URL pattern of a text.</summary>
    /// <param name="text">The pattern string. It is untrusted.</param>
    /// <param name="baseUrl">What the pattern, and topics that it is compared with, are relative to.</param>
    /// <param name="matcher">The matcher; null if the text is not a valid pattern.</param>
    /// <param name="reason">Why the text is not a valid pattern; null if it is one.</param>
    public static bool TryParsePattern(
        string text,
        WhatwgUrl baseUrl,
        [NotNullWhen(true)] out TopicMatcher? matcher,
        [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(baseUrl);
        reason = null;
        if (text == Wildcard)
        {
            matcher = AllPatterns;
            return true;
        }
        matcher = UrlPattern.TryParse(text, baseUrl, out var pattern, out reason)
            ? new TopicMatcher(MatchKind.UrlPattern, text, null) { Pattern = pattern }
            : null;
        return matcher is not null;
    }

    /// <summary>Whether the matcher matches the topic. The time is linear in the topic's length. The topic may also be
    /// the text of a selector: every selector matches its own text.</summary>
    public bool Matches(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (IsWildcard) return true;
        if (Pattern is not null) return TopicUrls.Parse(topic, Pattern.BaseUrl) is { } url && Pattern.Matches(url);
        return string.Equals(topic, Text) || (_template?.Matches(Text, topic) ?? false);
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
