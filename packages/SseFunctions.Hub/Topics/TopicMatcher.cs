namespace SseFunctions.Hub.Topics;

/// <summary>A topic selector of the Mercure protocol: <c>*</c> matches all topics, a URI Template (RFC 6570) matches
/// its expansions, and every selector matches the topic that equals it. Immutable and thread-safe.</summary>
/// <remarks>A text that is not a valid template is a plain string. So is a template with more than
/// <see cref="UriTemplate.MaxSteps"/> steps. Selectors are not cached: creating one takes less than a microsecond and,
/// for a template, a few hundred bytes, and matching allocates nothing.</remarks>
internal sealed class TopicMatcher
{
    private const string Wildcard = "*";

    private readonly UriTemplate? _template;

    private TopicMatcher(string text, UriTemplate? template)
    {
        Text = text;
        _template = template;
        Prefix = template is null ? text : text[..template.PrefixLength];
    }

    /// <summary>The selector <c>*</c>, which matches all topics.</summary>
    public static TopicMatcher All { get; } = new(Wildcard, null);

    /// <summary>The text of the selector, unchanged.</summary>
    public string Text { get; }

    /// <summary>Whether the selector is <c>*</c>.</summary>
    public bool IsWildcard => ReferenceEquals(this, All);

    /// <summary>Whether the selector is a URI Template with at least one expression.</summary>
    public bool IsTemplate => _template is not null;

    /// <summary>The cost of matching a topic: the number of steps of which all may have to be followed in parallel for
    /// each character of the topic. 0 for a plain selector, and for a template of one simple expression.</summary>
    public int Steps => _template?.StepCount ?? 0;

    /// <summary>The literal text before the first expression of a template, with which each matching topic starts; the
    /// whole text of a plain selector.</summary>
    public string Prefix { get; }

    /// <summary>Creates the selector of a text. Every text is a valid selector.</summary>
    public static TopicMatcher Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Wildcard ? All : new TopicMatcher(text, UriTemplateParser.Parse(text));
    }

    /// <summary>Whether the selector matches the topic. The time is linear in the topic's length. The topic may also be
    /// the text of a selector: every selector matches its own text.</summary>
    public bool Matches(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return IsWildcard || string.Equals(topic, Text) || (_template?.Matches(Text, topic) ?? false);
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
