using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Divides a pattern into tokens (URL Pattern Standard, section 2.1.2).</summary>
internal ref struct PatternTokenizer
{
    private const string NotAscii = "has a group with a character that is not ASCII: write its percent-encoding";

    private readonly string _pattern;
    private readonly bool _isLenient;
    private readonly List<PatternToken> _tokens = [];

    private PatternTokenizer(string pattern, bool isLenient)
    {
        _pattern = pattern;
        _isLenient = isLenient;
    }

    /// <summary>Returns the tokens of a pattern, and then the one that marks the end.</summary>
    /// <param name="pattern">The pattern, without unpaired surrogates.</param>
    /// <param name="isLenient">Whether text that is not a token becomes a token of the type InvalidChar. If not, it
    /// causes an exception.</param>
    /// <exception cref="PatternException">The pattern has text that is not a token, and the tokenizer is not
    /// lenient.</exception>
    public static List<PatternToken> Tokenize(string pattern, bool isLenient)
    {
        var tokenizer = new PatternTokenizer(pattern, isLenient);
        for (var at = 0; at < pattern.Length;) at = tokenizer.AddTokenAt(at);
        tokenizer._tokens.Add(new PatternToken(PatternTokenType.End, pattern.Length, ""));
        return tokenizer._tokens;
    }

    /// <summary>Whether a code point may stand in the name of a group: as in an identifier of ECMAScript.</summary>
    public static bool IsInName(Rune rune, bool isFirst) => rune.Value is '$' or '_'
        || (isFirst ? UnicodeIdentifiers.IsStart(rune)
            : UnicodeIdentifiers.IsPart(rune) || rune.Value is '\u200C' or '\u200D');

    // Adds one token and returns where the next starts.
    private readonly int AddTokenAt(int at)
    {
        var length = LengthAt(at);
        switch (_pattern[at])
        {
            case '*':
                return Add(PatternTokenType.Asterisk, at, at, length);
            case '+' or '?':
                return Add(PatternTokenType.OtherModifier, at, at, length);
            case '\\':
                return at + 1 < _pattern.Length
                    ? Add(PatternTokenType.EscapedChar, at, at + 1, LengthAt(at + 1))
                    : AddInvalid(at, at, 1, "ends in a backslash: remove it, or put the escaped character behind it");
            case '{':
                return Add(PatternTokenType.Open, at, at, length);
            case '}':
                return Add(PatternTokenType.Close, at, at, length);
            case ':':
                return AddName(at);
            case '(':
                return AddRegexp(at);
            default:
                return Add(PatternTokenType.Char, at, at, length);
        }
    }

    private readonly int LengthAt(int at) => char.IsHighSurrogate(_pattern[at]) ? 2 : 1;

    private readonly int Add(PatternTokenType type, int index, int start, int length)
    {
        _tokens.Add(new PatternToken(type, index, _pattern.Substring(start, length)));
        return start + length;
    }

    private readonly int AddInvalid(int index, int start, int length, string problem)
    {
        if (!_isLenient) throw new PatternException($"The pattern {problem}.");
        return Add(PatternTokenType.InvalidChar, index, start, length);
    }

    private readonly int AddName(int at)
    {
        var end = at + 1;
        while (end < _pattern.Length && Rune.TryGetRuneAt(_pattern, end, out var rune) && IsInName(rune, end == at + 1))
            end += rune.Utf16SequenceLength;
        return end > at + 1
            ? Add(PatternTokenType.Name, at, at + 1, end - at - 1)
            : AddInvalid(at, at, 1, "has a colon without a name: put a name behind it, or write \\: for the character");
    }

    private readonly int AddRegexp(int at)
    {
        var start = at + 1;
        var depth = 1;
        for (var i = start; i < _pattern.Length; i++)
        {
            if (!char.IsAscii(_pattern[i])) return AddInvalidRegexp(at, NotAscii);
            switch (_pattern[i])
            {
                case '?' when i == start:
                    return AddInvalidRegexp(at, "has a group that starts with a question mark");
                case '\\':
                    if (++i == _pattern.Length) return AddInvalidRegexp(at, "has a group that is not closed");
                    if (!char.IsAscii(_pattern[i])) return AddInvalidRegexp(at, NotAscii);
                    break;
                case ')' when --depth == 0:
                    if (i == start) return AddInvalidRegexp(at, "has an empty group");
                    _tokens.Add(new PatternToken(PatternTokenType.Regexp, at, _pattern[start..i]));
                    return i + 1;
                case '(':
                    depth++;
                    if (i + 1 == _pattern.Length || _pattern[i + 1] != '?')
                        return AddInvalidRegexp(at, "has a group in a group: write (?:...) for the inner one");
                    break;
                default:
                    break;
            }
        }
        return AddInvalidRegexp(at, "has a group that is not closed: write \\( for the character");
    }

    // The characters after the parenthesis are then read as other tokens.
    private readonly int AddInvalidRegexp(int at, string problem) => AddInvalid(at, at, 1, problem);
}
