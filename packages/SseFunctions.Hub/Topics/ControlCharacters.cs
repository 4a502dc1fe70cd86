using System.Globalization;
using System.Text;

namespace SseFunctions.Hub.Topics;

/// <summary>Characters that protocol 1.0 forbids in matchers, topics, ids and types: control characters and format
/// characters (Unicode categories Cc and Cf), which nobody can see.</summary>
internal static class ControlCharacters
{
    /// <summary>Whether the text has such a character.</summary>
    public static bool AreIn(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyExceptInRange(' ', '~');
        if (first < 0) return false;
        foreach (var rune in text[first..].EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format) return true;
        }
        return false;
    }
}
