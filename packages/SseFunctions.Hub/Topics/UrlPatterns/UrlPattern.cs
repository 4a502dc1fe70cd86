using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A URL Pattern (urlpattern.spec.whatwg.org) that is made from a pattern string. Case-sensitive. Immutable
/// and thread-safe.</summary>
internal sealed class UrlPattern
{
    private static readonly UrlComponent[] All = Enum.GetValues<UrlComponent>();

    private readonly PatternComponent[] _components;

    private UrlPattern(string text, WhatwgUrl baseUrl, PatternComponents patterns)
    {
        Text = text;
        BaseUrl = baseUrl;
        _components = new PatternComponent[PatternComponents.Count];
        foreach (var component in All)
        {
            var hasOpaquePath = component == UrlComponent.Pathname && !_components[0].MatchesSpecialScheme();
            _components[(int)component] =
                PatternComponent.Compile(patterns[component] ?? "*", component, hasOpaquePath);
        }
        Steps = _components.Sum(component => component.Steps);
        Key = $"{baseUrl}\0{text}";
        IndexKey = new UrlIndexKey(this);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>What a relative pattern, and a relative topic, is relative to.</summary>
    public WhatwgUrl BaseUrl { get; }

    /// <summary>A text that two patterns share if, and only if, they have the same text and base URL.</summary>
    public string Key { get; }

    /// <summary>The cost of matching a topic: the number of positions that may have to be followed in parallel for each
    /// of its characters. 0 if all groups of the pattern are of the simplest kinds.</summary>
    public int Steps { get; }

    /// <summary>What all URLs that match have in common, for <see cref="UrlPatternIndex{T}"/>.</summary>
    public UrlIndexKey IndexKey { get; }

    public PatternComponent this[UrlComponent component] => _components[(int)component];

    /// <summary>Compiles a pattern.</summary>
    /// <param name="text">The pattern string. It is untrusted.</param>
    /// <param name="baseUrl">What a relative pattern is relative to.</param>
    /// <param name="pattern">The pattern; null if the text is not a valid pattern, or if this hub does not run
    /// it.</param>
    /// <param name="reason">A sentence that says what to change; null if there is a pattern.</param>
    public static bool TryParse(
        string text,
        WhatwgUrl baseUrl,
        [NotNullWhen(true)] out UrlPattern? pattern,
        [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(baseUrl);
        (pattern, reason) = (null, null);
        try
        {
            pattern = new UrlPattern(text, baseUrl, PatternsOf(UrlText.Scalars(text), baseUrl));
            return true;
        }
        catch (PatternException exception)
        {
            reason = exception.Message;
            return false;
        }
    }

    /// <summary>Whether the topic, as a URL relative to the base URL, matches.</summary>
    public bool Matches(string topic) => WhatwgUrl.Parse(topic, BaseUrl) is { } url && Matches(url);

    /// <summary>Whether the URL matches. The time is linear in its length, and nothing is allocated.</summary>
    public bool Matches(WhatwgUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        foreach (var component in All)
        {
            if (!this[component].Matches(url[component])) return false;
        }
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Text;

    private static PatternComponents PatternsOf(string text, WhatwgUrl baseUrl)
    {
        var patterns = ConstructorStringParser.Parse(text);
        patterns.Inherit(baseUrl);
        patterns[UrlComponent.Protocol] = WithoutEnd(patterns[UrlComponent.Protocol], ':');
        patterns[UrlComponent.Search] = WithoutStart(patterns[UrlComponent.Search], '?');
        patterns[UrlComponent.Hash] = WithoutStart(patterns[UrlComponent.Hash], '#');
        if (patterns[UrlComponent.Protocol] is { } scheme && patterns[UrlComponent.Port] is { } port
            && UrlPort.TryParse(port, scheme, out var canonical) && canonical.Length == 0)
            patterns[UrlComponent.Port] = "";
        return patterns;
    }

    private static string? WithoutEnd(string? text, char character) =>
        text is not null && text.EndsWith(character) ? text[..^1] : text;

    private static string? WithoutStart(string? text, char character) =>
        text is not null && text.StartsWith(character) ? text[1..] : text;
}
