using System.Globalization;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Reads the smallest pieces of a regular expression.</summary>
/// <param name="text">The expression, in ASCII.</param>
internal ref struct RegexpReader(string text)
{
    private const int MaxCodePoint = 0x10FFFF;
    private const string SyntaxCharacters = "^$\\.*+?()[]{}|/";
    private const string NotClosed = "is not complete";

    private readonly string _text = text;
    private int _at;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsAtEnd => _at == _text.Length;

    /// <summary>The next character. There must be one.</summary>
    public readonly char Next => _text[_at];

    /// <summary>The text that was not taken yet.</summary>
    public readonly ReadOnlySpan<char> Rest => _text.AsSpan(_at);

    /// <summary>Creates the exception for an expression that is not valid.</summary>
    /// <param name="problem">The rest of a sentence that begins with "A group's regular expression".</param>
    public static PatternException Invalid(string problem) => new($"A group's regular expression {problem}.");

    /// <summary>Takes the next character.</summary>
    /// <exception cref="PatternException">The text is at its end.</exception>
    public char Take() => IsAtEnd ? throw Invalid(NotClosed) : _text[_at++];

    /// <summary>Takes the next character if it is this one.</summary>
    public bool TryTake(char character)
    {
        if (IsAtEnd || _text[_at] != character) return false;
        _at++;
        return true;
    }

    /// <summary>Takes the next characters if they are these.</summary>
    public bool TryTake(string characters)
    {
        if (!Rest.StartsWith(characters, StringComparison.Ordinal)) return false;
        _at += characters.Length;
        return true;
    }

    /// <summary>Takes the bounds of a quantifier, as <c>{2,3}</c>.</summary>
    public (int Min, int Max) TakeBounds()
    {
        Take();
        var min = TakeNumber();
        var max = min;
        if (TryTake(',')) max = !IsAtEnd && Next == '}' ? RegexpNode.Unlimited : TakeNumber();
        if (!TryTake('}')) throw Invalid("has a { that is no quantifier: write \\{");
        return min <= max ? (min, max) : throw Invalid("has a quantifier whose numbers are out of order");
    }

    /// <summary>Takes a class behind a backslash, as <c>d</c> in <c>\d</c>.</summary>
    public bool TryTakeClassEscape(out UInt128 set)
    {
        set = default;
        if (IsAtEnd) throw Invalid(NotClosed);
        switch (Next)
        {
            case 'd' or 'D':
                set = AsciiSet.Digits;
                break;
            case 's' or 'S':
                set = AsciiSet.Spaces;
                break;
            case 'w' or 'W':
                set = AsciiSet.Words;
                break;
            case 'p' or 'P':
                throw PatternException.OfUnsupported("A group uses \\p{...} or \\P{...}");
            default:
                return false;
        }
        if (char.IsAsciiLetterUpper(Take())) set = ~set;
        return true;
    }

    /// <summary>Takes a character behind a backslash, as <c>n</c> in <c>\n</c>, and returns the code point that is
    /// meant.</summary>
    public int TakeCharacterEscape()
    {
        var character = Take();
        return character switch
        {
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            '0' when IsAtEnd || !char.IsAsciiDigit(Next) => '\0',
            'c' when !IsAtEnd && char.IsAsciiLetter(Next) => Take() % 32,
            'x' => TakeHex(2),
            'u' => TakeUnicode(),
            _ when SyntaxCharacters.Contains(character) => character,
            _ => throw Invalid($"has \\{Shown(character)}, which means nothing"),
        };
    }

    /// <summary>Takes the name of a group up to the <c>&gt;</c> behind it.</summary>
    public string TakeGroupName()
    {
        var end = Rest.IndexOf('>');
        if (end < 0) throw Invalid("has the name of a group without >");
        var name = Rest[..end].ToString();
        if (name.Contains('\\')) throw PatternException.OfUnsupported("A group has an escaped character in its name");
        _at += end + 1;
        var isFirst = true;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!PatternTokenizer.IsInName(rune, isFirst))
                throw Invalid("has the name of a group that is no identifier");
            isFirst = false;
        }
        return name.Length > 0 ? name : throw Invalid("has a group with an empty name");
    }

    private static string Shown(char character) =>
        char.IsControl(character) ? "and a control character" : character.ToString();

    // A number above every limit becomes the largest one that does not mean "unlimited".
    private int TakeNumber()
    {
        var digits = Rest.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = Rest.Length;
        if (digits == 0) throw Invalid("has a { that is no quantifier: write \\{");
        var number = 0L;
        foreach (var digit in Rest[..digits]) number = long.Min(number * 10 + digit - '0', RegexpNode.Unlimited - 1);
        _at += digits;
        return (int)number;
    }

    private int TakeUnicode()
    {
        if (TryTake('{'))
        {
            var end = Rest.IndexOf('}');
            if (end <= 0 || !IsHex(Rest[..end])) throw Invalid("has \\u{ without a hexadecimal number and }");
            var digits = Rest[..end].TrimStart('0');
            var value = digits.IsEmpty ? 0
                : digits.Length > 6 ? int.MaxValue : int.Parse(digits, NumberStyles.HexNumber, null);
            _at += end + 1;
            return value <= MaxCodePoint ? value : throw Invalid("has \\u{...} with a number that is too large");
        }
        var high = TakeHex(4);
        if (!char.IsHighSurrogate((char)high) || !Rest.StartsWith("\\u", StringComparison.Ordinal) || Rest.Length < 6
            || !IsHex(Rest[2..6])) return high;
        var low = (char)int.Parse(Rest[2..6], NumberStyles.HexNumber, null);
        if (!char.IsLowSurrogate(low)) return high;
        _at += 6;
        return char.ConvertToUtf32((char)high, low);
    }

    private int TakeHex(int digits)
    {
        if (Rest.Length < digits || !IsHex(Rest[..digits]))
            throw Invalid($"has an escape without {(digits == 2 ? "two" : "four")} hexadecimal digits");
        var value = int.Parse(Rest[..digits], NumberStyles.HexNumber, null);
        _at += digits;
        return value;
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigit(character)) return false;
        }
        return true;
    }
}
