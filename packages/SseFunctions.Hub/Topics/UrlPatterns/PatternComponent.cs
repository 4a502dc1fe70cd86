using System.Buffers;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The compiled pattern of a component. Immutable and thread-safe; matching allocates nothing.</summary>
internal sealed class PatternComponent
{
    private readonly string _suffix;
    private readonly SearchValues<char>? _allowed;
    private readonly int _minLength;
    private readonly Automaton? _automaton;

    private PatternComponent(string prefix, string suffix, RegexpNode? middle)
    {
        (Prefix, _suffix) = (prefix, suffix);
        IsFixed = middle is null;
        if (middle is null) return;
        // Most groups are of this kind: any number of characters of one set.
        if (middle is { Min: 0 or 1, Max: RegexpNode.Unlimited, Children: [{ Kind: RegexpKind.Set, Set: var set }] })
        {
            (_allowed, _minLength) = (AsciiSet.ForSearch(set), middle.Min);
            return;
        }
        if (middle.Characters > Automaton.MaxPositions || middle.Size > 4 * Automaton.MaxPositions)
        {
            throw PatternException.OfUnsupported(
                $"The pattern has more than {Automaton.MaxPositions} characters between two groups or in groups");
        }
        _automaton = AutomatonBuilder.Build(middle, mayStart: prefix.Length == 0, mayEnd: suffix.Length == 0);
        Steps = middle.Characters;
    }

    /// <summary>Whether the component matches only one text: the <see cref="Prefix"/>.</summary>
    public bool IsFixed { get; }

    /// <summary>The start of every text that matches.</summary>
    public string Prefix { get; }

    /// <summary>The cost of matching a text: the number of positions that may have to be followed in parallel for each
    /// character. 0 for fixed text, and for one group of the simplest kinds.</summary>
    public int Steps { get; }

    /// <summary>Compiles the pattern of a component.</summary>
    /// <exception cref="PatternException">The pattern is not valid, or this hub does not run it.</exception>
    public static PatternComponent Compile(string pattern, UrlComponent component, bool hasOpaquePath = false)
    {
        var options = ComponentOptions.Of(component, pattern, hasOpaquePath);
        var parts = PatternParser.Parse(pattern, options).SelectMany(Flat).ToList();
        var start = parts.TakeWhile(part => part.Group is null && part.Modifier == PartModifier.None).ToList();
        if (start.Count == parts.Count) return new PatternComponent(TextOf(start), "", null);
        parts.RemoveRange(0, start.Count);
        var end = parts.FindLastIndex(part => part.Group is not null || part.Modifier != PartModifier.None) + 1;
        var suffix = TextOf(parts[end..]);
        parts.RemoveRange(end, parts.Count - end);
        if (parts.Sum(part => part.Prefix.Length + part.Suffix.Length) > Automaton.MaxPositions)
        {
            throw PatternException.OfUnsupported(
                $"The pattern has more than {Automaton.MaxPositions} characters between two groups or in groups");
        }
        return new PatternComponent(
            TextOf(start), suffix, RegexpNode.Sequence(parts.Select(part => part.ToRegexp())));
    }

    /// <summary>Whether the component matches a text, which is ASCII.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (IsFixed) return text.SequenceEqual(Prefix);
        if (text.Length < Prefix.Length + _suffix.Length || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !text.EndsWith(_suffix, StringComparison.Ordinal)) return false;
        var middle = text[Prefix.Length..^_suffix.Length];
        return _allowed is null
            ? _automaton?.Matches(middle) ?? false
            : middle.Length >= _minLength && !middle.ContainsAnyExcept(_allowed);
    }

    /// <summary>Whether the component matches one of the special schemes.</summary>
    public bool MatchesSpecialScheme() => UrlSchemes.Special.Any(scheme => Matches(scheme));

    private static string TextOf(List<PatternPart> parts) => string.Concat(parts.Select(part => part.Prefix));

    // The texts before and after a group without a modifier are plain literal text.
    private static IEnumerable<PatternPart> Flat(PatternPart part) =>
        part.Group is null || part.Modifier != PartModifier.None
            ? [part]
            : [Text(part.Prefix), part with { Prefix = "", Suffix = "" }, Text(part.Suffix)];

    private static PatternPart Text(string text) => new(text, null, "", PartModifier.None);
}
