using System.Globalization;
using System.Text;
using Type = SseFunctions.Hub.Topics.UrlPatterns.PatternTokenType;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Reads a component's pattern (URL Pattern Standard, section 2.1.5).</summary>
internal sealed class PatternParser
{
    private const string FullWildcard = ".*";

    private readonly ComponentOptions _options;
    private readonly List<PatternToken> _tokens;
    private readonly List<PatternPart> _parts = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _regexpNames = new(StringComparer.Ordinal);
    private readonly StringBuilder _pending = new();
    private readonly string _segmentWildcard;

    private int _at;
    private int _nextNumber;

    private PatternParser(string pattern, ComponentOptions options)
    {
        _options = options;
        _tokens = PatternTokenizer.Tokenize(pattern, isLenient: false);
        _segmentWildcard = options.Delimiter.Length == 0 ? "[^]+?" : $"[^\\{options.Delimiter}]+?";
    }

    /// <summary>Returns the parts of a component's pattern, in order.</summary>
    /// <exception cref="PatternException">The pattern is not valid, or this hub does not run it.</exception>
    public static List<PatternPart> Parse(string pattern, ComponentOptions options) =>
        new PatternParser(pattern, options).Parse();

    private List<PatternPart> Parse()
    {
        while (_at < _tokens.Count)
        {
            var character = TryTake(Type.Char);
            var name = TryTake(Type.Name);
            var regexp = TryTakeRegexp(name);
            if (name is not null || regexp is not null) AddGroup(character, name, regexp);
            else if ((character ?? TryTake(Type.EscapedChar)) is { } text) _pending.Append(text.Value);
            else if (TryTake(Type.Open) is not null) AddBraces();
            else End();
        }
        return _parts;
    }

    private void End()
    {
        AddPending();
        if (TryTake(Type.End) is null)
        {
            throw new PatternException(
                $"The pattern has a {_tokens[_at].Value} that modifies or closes nothing: write \\{_tokens[_at].Value}"
                + " for the character.");
        }
    }

    private void AddGroup(PatternToken? character, PatternToken? name, PatternToken? regexp)
    {
        var prefix = character?.Value ?? "";
        if (prefix != _options.Prefix)
        {
            _pending.Append(prefix);
            prefix = "";
        }
        AddPending();
        AddPart(prefix, name, regexp, "", TakeModifier());
    }

    private void AddBraces()
    {
        var prefix = TakeText();
        var name = TryTake(Type.Name);
        var regexp = TryTakeRegexp(name);
        var suffix = TakeText();
        if (TryTake(Type.Close) is null)
            throw new PatternException("The pattern has a { without a }, or more than one group between them.");
        AddPart(prefix, name, regexp, suffix, TakeModifier());
    }

    private void AddPart(string prefix, PatternToken? name, PatternToken? regexp, string suffix, PartModifier modifier)
    {
        if (name is null && regexp is null)
        {
            if (modifier == PartModifier.None)
            {
                _pending.Append(prefix);
                return;
            }
            AddPending();
            if (prefix.Length > 0) _parts.Add(new PatternPart(Canonical(prefix), null, "", modifier));
            return;
        }
        AddPending();
        if (!_names.Add(name?.Value ?? _nextNumber++.ToString(CultureInfo.InvariantCulture)))
            throw new PatternException($"The pattern has two groups of the name {name?.Value}: rename one.");
        var names = _regexpNames.Count;
        var part = new PatternPart(Canonical(prefix), GroupOf(regexp), Canonical(suffix), modifier);
        // The standard writes such a group twice into the regular expression, where a name must not occur twice.
        var isRepeated = modifier is PartModifier.ZeroOrMore or PartModifier.OneOrMore;
        if (isRepeated && _regexpNames.Count > names && part.Prefix.Length + part.Suffix.Length > 0)
        {
            throw new PatternException(
                "The pattern has a named group in a regular expression that is repeated: write (?:...) for it.");
        }
        _parts.Add(part);
    }

    private RegexpNode GroupOf(PatternToken? token)
    {
        var text = token is not { } regexp ? _segmentWildcard
            : regexp.Type == Type.Asterisk ? FullWildcard : regexp.Value;
        return RegexpParser.Parse(text, _regexpNames);
    }

    private void AddPending()
    {
        if (_pending.Length == 0) return;
        _parts.Add(new PatternPart(Canonical(_pending.ToString()), null, "", PartModifier.None));
        _pending.Clear();
    }

    private string Canonical(string text) => text.Length == 0 ? "" : _options.Canonicalize(text)
        ?? throw new PatternException($"The {_options.Component.ToString().ToLowerInvariant()} of the pattern has text"
            + " that no URL has there.");

    private PatternToken? TryTake(Type type) =>
        _at < _tokens.Count && _tokens[_at].Type == type ? _tokens[_at++] : null;

    private PatternToken? TryTakeRegexp(PatternToken? name) =>
        TryTake(Type.Regexp) ?? (name is null ? TryTake(Type.Asterisk) : null);

    private PartModifier TakeModifier() => (TryTake(Type.OtherModifier) ?? TryTake(Type.Asterisk))?.Value switch
    {
        "?" => PartModifier.Optional,
        "+" => PartModifier.OneOrMore,
        "*" => PartModifier.ZeroOrMore,
        _ => PartModifier.None,
    };

    private string TakeText()
    {
        var text = new StringBuilder();
        while ((TryTake(Type.Char) ?? TryTake(Type.EscapedChar)) is { } token) text.Append(token.Value);
        return text.ToString();
    }
}
