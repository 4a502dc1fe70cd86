using System.Globalization;
using System.Text.RegularExpressions;

namespace SseFunctions.Discussions.Participants;

/// <summary>Finds words in a turn that the next participant can quote.</summary>
internal static partial class ScriptQuote
{
    private const int FewestWords = 4;
    private const int MostWords = 14;
    private const int LongestWithoutSpaces = 24;
    private const int LongestQuote = 160;

    /// <summary>Returns a sentence, or a part of one, in one line, without Markdown, HTML, quotes, and a mark at its
    /// end; null if nothing in the text can be quoted.</summary>
    /// <param name="text">The turn.</param>
    /// <param name="names">Sentences with these names are not quoted, because they talk to somebody.</param>
    /// <param name="draw">Chooses one of several sentences.</param>
    public static string? From(string text, IReadOnlyList<string> names, SeededDraw draw)
    {
        var plain = Line().Replace(Bullet().Replace(text, ". "), ". ").Replace("*", "", StringComparison.Ordinal);
        var sentences = Sentence().Split(plain)
            .Where(sentence => sentence.Length is > 0 and <= LongestQuote && !Quotes().IsMatch(sentence)
                && !names.Any(name => sentence.Contains(name, StringComparison.Ordinal)))
            .Select(sentence => ScriptTopic.Harmless(sentence).Trim(' ', ',', ';', ':', '-', '–', '…', '!', '.'))
            .Where(sentence => !sentence.EndsWith('?'))
            .ToArray();
        var parts = sentences.Where(Fits).ToArray();
        if (parts.Length == 0)
        {
            parts = [.. sentences.SelectMany(part => part.Split(", "))
                .Where(part => Fits(part) && !Joins().IsMatch(part))];
        }
        if (parts.Length > 0) return parts[draw.Below(parts.Length)];
        // Languages without spaces.
        var first = sentences.FirstOrDefault(
            sentence => sentence.Length > FewestWords && sentence.Any(letter => letter >= '\u2E80'));
        if (first is null) return null;
        var elements = new StringInfo(first);
        return elements.LengthInTextElements <= LongestWithoutSpaces
            ? first
            : $"{elements.SubstringByTextElements(0, LongestWithoutSpaces)}…";
    }

    private static bool Fits(string part) => part.Count(letter => letter == ' ') + 1 is >= FewestWords and <= MostWords;

    [GeneratedRegex(@"(?<=[.!?。！？])\s+|[。！？]|; |: ")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"^\s*(?:[-*>]|\d+[.)])\s+", RegexOptions.Multiline)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\s*\n+\s*")]
    private static partial Regex Line();

    [GeneratedRegex("^(and|but|or|so|because|which|who|where|as|than|if|when)\\b", RegexOptions.IgnoreCase)]
    private static partial Regex Joins();

    [GeneratedRegex("[“”„«»\"]")]
    private static partial Regex Quotes();
}
