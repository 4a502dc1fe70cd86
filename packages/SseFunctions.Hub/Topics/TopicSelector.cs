namespace SseFunctions.Hub.Topics;

/// <summary>Says which topics are meant: <c>*</c> means all, a URI Template (RFC 6570) means those that it matches, and
/// every selector means the topic that equals it, byte by byte. Immutable and thread-safe.</summary>
/// <remarks>Making one takes less than a microsecond and, for a template, a few hundred bytes; matching allocates
/// nothing. So there is nothing to cache. What is no valid template is a plain string, and so is one of more than
/// <see cref="UriTemplate.MaxSteps"/> steps.</remarks>
internal sealed class TopicSelector
{
    private const string Wildcard = "*";

    private readonly UriTemplate? _template;

    private TopicSelector(string text, UriTemplate? template)
    {
        Text = text;
        _template = template;
        Prefix = template is null ? text : text[..template.PrefixLength];
    }

    /// <summary>The selector of all topics.</summary>
    public static TopicSelector All { get; } = new(Wildcard, null);

    /// <summary>The selector as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the selector is <c>*</c>, which every topic matches.</summary>
    public bool IsWildcard => ReferenceEquals(this, All);

    /// <summary>Whether the selector is a URI Template with at least one expression.</summary>
    public bool IsTemplate => _template is not null;

    /// <summary>How costly it is to compare with a topic: steps that may have to be followed at once for each of its
    /// characters. 0 if this is no template, or one of the simplest kind.</summary>
    public int Steps => _template?.StepCount ?? 0;

    /// <summary>What stands before a template's first expression, and so at the start of each topic that matches it;
    /// the whole text if this is no template.</summary>
    public string Prefix { get; }

    /// <summary>The selector of this text. Any text is one.</summary>
    public static TopicSelector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Wildcard ? All : new TopicSelector(text, UriTemplateParser.Parse(text));
    }

    /// <summary>Whether this topic is meant. The time is linear in the topic's length. A selector may stand in for the
    /// topic: it matches itself, whatever it is.</summary>
    public bool Matches(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return IsWildcard || string.Equals(topic, Text) || (_template?.Matches(Text, topic) ?? false);
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
