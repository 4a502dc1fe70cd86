namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Reads a class, as <c>[a-z&amp;&amp;[^aeiou]]</c>, of a regular expression with the flag <c>v</c> (ECMA-262,
/// section 22.2.1, ClassContents).</summary>
internal static class RegexpClassParser
{
    private const int MaxDepth = 100;
    private const int NoCharacter = -1;
    private const string SyntaxCharacters = "()[]{}/-\\|";
    private const string DoublePunctuators = "&!#$%*+,.:;<=>?@^`~";
    private const string EscapedPunctuators = "&-!#%,:;<=>@`~";

    /// <summary>Takes a class behind its opening bracket.</summary>
    /// <exception cref="PatternException">The class is not valid, or this hub does not run it.</exception>
    public static UInt128 Parse(ref RegexpReader reader) => Parse(ref reader, 1);

    private static UInt128 Parse(ref RegexpReader reader, int depth)
    {
        if (depth > MaxDepth)
            throw PatternException.OfUnsupported($"A group has more than {MaxDepth} classes in each other");
        var isNegated = reader.TryTake('^');
        var set = ParseContents(ref reader, depth);
        return isNegated ? ~set : set;
    }

    private static UInt128 ParseContents(ref RegexpReader reader, int depth)
    {
        if (reader.TryTake(']')) return UInt128.Zero;
        var set = ParseOperand(ref reader, depth, out var character);
        if (reader.TryTake("&&")) return ParseOperation(ref reader, depth, set, "&&");
        if (reader.TryTake("--")) return ParseOperation(ref reader, depth, set, "--");
        while (true)
        {
            if (reader.TryTake('-')) set |= ParseRange(ref reader, depth, character);
            if (reader.TryTake(']')) return set;
            set |= ParseOperand(ref reader, depth, out character);
        }
    }

    private static UInt128 ParseRange(ref RegexpReader reader, int depth, int first)
    {
        ParseOperand(ref reader, depth, out var last);
        if (first == NoCharacter || last == NoCharacter)
            throw RegexpReader.Invalid("has a range of what is no character");
        if (first > last) throw RegexpReader.Invalid("has a range that is out of order");
        // Behind a range no other range may start with its last character.
        return !reader.Rest.StartsWith("-", StringComparison.Ordinal)
            ? AsciiSet.Range(first, last)
            : throw RegexpReader.Invalid("has a - in a class that is no range: write \\-");
    }

    private static UInt128 ParseOperation(ref RegexpReader reader, int depth, UInt128 set, string operation)
    {
        do
        {
            if (operation == "&&" && reader.Rest is ['&', ..])
                throw RegexpReader.Invalid("has a & behind &&: write \\&");
            var other = ParseOperand(ref reader, depth, out _);
            set &= operation == "&&" ? other : ~other;
        }
        while (reader.TryTake(operation));
        return reader.TryTake(']')
            ? set
            : throw RegexpReader.Invalid($"has a class that mixes {operation} with something else");
    }

    // A character, an escape or a class in the class.
    private static UInt128 ParseOperand(ref RegexpReader reader, int depth, out int character)
    {
        character = NoCharacter;
        if (reader.TryTake('[')) return Parse(ref reader, depth + 1);
        if (reader.Rest is [var first, var second, ..] && first == second && DoublePunctuators.Contains(first))
            throw RegexpReader.Invalid($"has {first}{first} in a class: write \\{first} for the character");
        var next = reader.Take();
        if (next != '\\')
        {
            if (SyntaxCharacters.Contains(next))
                throw RegexpReader.Invalid($"has a {next} in a class: write \\{next} for the character");
            character = next;
        }
        else if (reader.TryTakeClassEscape(out var set))
        {
            return set;
        }
        else if (reader.TryTake('q'))
        {
            throw PatternException.OfUnsupported("A group uses \\q{...}");
        }
        else if (reader.TryTake('b'))
        {
            character = '\b';
        }
        else
        {
            character = EscapedPunctuators.Contains(reader.Next) ? reader.Take() : reader.TakeCharacterEscape();
        }
        return AsciiSet.Of(character);
    }
}
