using System.Buffers;
using System.Globalization;
using System.Text;

namespace SseFunctions.Discussions.Text;

/// <summary>Tells texts that people can see from those that only look empty.</summary>
internal static class VisibleText
{
    // Fillers of Hangul and the empty Braille pattern: Unicode calls them letters and a symbol, but they show nothing.
    private static readonly SearchValues<char> Blanks = SearchValues.Create("\u115F\u1160\u2800\u3164\uFFA0");

    /// <summary>Whether a text has a character that shows something by itself: not white space, not a control or format
    /// character such as U+200B, and not a mark without its letter.</summary>
    public static bool IsIn(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsHidden(rune) && !Rune.IsWhiteSpace(rune) && !IsMark(rune)) return true;
        }
        return false;
    }

    /// <summary>Returns a text without the characters that show nothing and take no room. Two names that differ only in
    /// those look the same.</summary>
    public static string Of(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsHidden(rune)) visible.Append(rune);
        }
        return visible.ToString();
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        || (rune.IsBmp && Blanks.Contains((char)rune.Value));

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
}
