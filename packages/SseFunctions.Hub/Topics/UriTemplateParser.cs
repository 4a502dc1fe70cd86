using System.Buffers;
using System.Text;

namespace SseFunctions.Hub.Topics;

/// <summary>Parses a URI Template by the grammar of RFC 6570, section 2, in one pass, into the steps that match its
/// expansions.</summary>
internal sealed class UriTemplateParser
{
    private const int MinPrivateOrUniversal = 0xA0;
    private const string Operators = "+#./;?&";

    private static readonly SearchValues<char> AsciiLiterals = SearchValues.Create(
        "!#$&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~");

    private readonly List<UriTemplateStep> _steps = [];
    private bool _endsWithPlainValue;

    private UriTemplateParser() { }

    /// <summary>Parses a template. Null if the text is not a valid template, has no expression, or needs more than
    /// <see cref="UriTemplate.MaxSteps"/> steps.</summary>
    public static UriTemplate? Parse(string text)
    {
        var prefix = text.IndexOf('{');
        return prefix < 0 || !IsLiteral(text.AsSpan(0, prefix)) ? null : new UriTemplateParser().Parse(text, prefix);
    }

    private UriTemplate? Parse(string text, int prefix)
    {
        for (var at = prefix; ;)
        {
            var close = text.IndexOf('}', at);
            if (close < 0 || !AddExpression(text.AsSpan(at + 1, close - at - 1))) return null;
            var open = text.IndexOf('{', close);
            var literal = text.AsSpan((close + 1)..(open < 0 ? text.Length : open));
            if (!IsLiteral(literal) || _steps.Count > UriTemplate.MaxSteps) return null;
            if (open < 0) return new UriTemplate([.. _steps], prefix, literal.Length);
            AddLiteral(literal);
            at = open;
        }
    }

    private void AddLiteral(ReadOnlySpan<char> literal)
    {
        foreach (var character in literal) _steps.Add(new UriTemplateStep(StepKind.Literal, character));
        if (literal.Length > 0) _endsWithPlainValue = false;
    }

    private bool AddExpression(ReadOnlySpan<char> expression)
    {
        var kind = expression.Length > 0 && Operators.Contains(expression[0]) ? expression[0] : '\0';
        var variables = kind == '\0' ? expression : expression[1..];
        var (count, explode) = (0, false);
        foreach (var range in variables.Split(','))
        {
            if (!IsVariable(variables[range], out var exploded)) return false;
            explode |= exploded;
            count++;
        }
        var allowed = kind switch
        {
            '+' or '#' => ValueCharacters.Reserved,
            ';' or '?' or '&' => ValueCharacters.Named,
            // An exploded value may be a list of names and values (RFC 6570, section 3.2.1).
            _ => explode ? ValueCharacters.Named : ValueCharacters.Unreserved,
        };
        switch (kind)
        {
            // The separator between values is also allowed within a value: all values are matched as one.
            case '\0' or '+':
                AddPlainValue(allowed);
                return true;
            case '#' or '.':
                AddValues(kind, kind, allowed, 1, repeat: false);
                break;
            case '?':
                AddValues(kind, '&', allowed, explode ? 2 : count, explode);
                break;
            default:
                AddValues(kind, kind, allowed, explode ? 1 : count, explode);
                break;
        }
        _endsWithPlainValue = false;
        return true;
    }

    // Merges two such values in a row: the larger set of characters takes everything that the two would take.
    private void AddPlainValue(ValueCharacters allowed)
    {
        if (_endsWithPlainValue)
        {
            var before = _steps[^UriTemplateStep.OfValue].Allowed;
            _steps.RemoveRange(_steps.Count - UriTemplateStep.OfValue, UriTemplateStep.OfValue);
            if (before > allowed) allowed = before;
        }
        AddValue(allowed, UriTemplateStep.None);
        _endsWithPlainValue = true;
    }

    private void AddValues(char first, char next, ValueCharacters allowed, int count, bool repeat)
    {
        var end = _steps.Count + count * (1 + UriTemplateStep.OfValue);
        // A target that does not fit belongs to a template over the limit, which is refused.
        var target = (short)int.Min(end, short.MaxValue);
        for (var i = 0; i < count; i++)
        {
            var separator = (short)int.Min(_steps.Count, short.MaxValue);
            _steps.Add(new UriTemplateStep(StepKind.Separator, i == 0 ? first : next, Target: target));
            AddValue(allowed, repeat && i == count - 1 ? separator : UriTemplateStep.None);
        }
    }

    private void AddValue(ValueCharacters allowed, short separator)
    {
        _steps.Add(new UriTemplateStep(StepKind.Value, Allowed: allowed, Target: separator));
        _steps.Add(new UriTemplateStep(StepKind.HighDigit));
        _steps.Add(new UriTemplateStep(StepKind.LowDigit));
    }

    // varspec = varname [ "*" / ":" max-length ]; max-length is 1 to 9999 without a leading zero.
    private static bool IsVariable(ReadOnlySpan<char> variable, out bool explode)
    {
        explode = variable is [.., '*'];
        var name = explode ? variable[..^1] : variable;
        var colon = name.IndexOf(':');
        if (colon < 0) return IsName(name);
        var length = name[(colon + 1)..];
        return !explode && length is [not '0', ..] && length.Length <= 4
            && !length.ContainsAnyExceptInRange('0', '9') && IsName(name[..colon]);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name is [] or ['.', ..] or [.., '.']) return false;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '%')
            {
                if (!IsTriplet(name[i..])) return false;
                i += 2;
            }
            else if (name[i] == '.' ? name[i - 1] == '.' : !char.IsAsciiLetterOrDigit(name[i]) && name[i] != '_')
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsLiteral(ReadOnlySpan<char> literal)
    {
        while (true)
        {
            var stop = literal.IndexOfAnyExcept(AsciiLiterals);
            if (stop < 0) return true;
            literal = literal[stop..];
            if (literal[0] == '%')
            {
                if (!IsTriplet(literal)) return false;
                literal = literal[3..];
                continue;
            }
            if (Rune.DecodeFromUtf16(literal, out var rune, out var length) != OperationStatus.Done) return false;
            if (!IsPrivateOrUniversal(rune.Value)) return false;
            literal = literal[length..];
        }
    }

    private static bool IsTriplet(ReadOnlySpan<char> text) =>
        text.Length >= 3 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    // ucschar and iprivate of RFC 6570, section 1.5.
    private static bool IsPrivateOrUniversal(int rune) => rune >= MinPrivateOrUniversal
        && rune is not ((>= 0xFDD0 and <= 0xFDEF) or (>= 0xFFF0 and <= 0xFFFF) or (>= 0xE0000 and <= 0xE0FFF))
        && (rune & 0xFFFE) != 0xFFFE;
}
