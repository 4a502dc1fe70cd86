using System.Buffers;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What the URL parser does to its input before it reads the input.</summary>
internal static class UrlText
{
    private const char LastC0ControlOrSpace = ' ';
    private const char Replacement = '\uFFFD';

    private static readonly SearchValues<char> TabsAndNewlines = SearchValues.Create("\t\n\r");

    /// <summary>The text without C0 controls and spaces at both ends, and without tabs and newlines.</summary>
    public static string Clean(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && text[start] <= LastC0ControlOrSpace) start++;
        while (end > start && text[end - 1] <= LastC0ControlOrSpace) end--;
        return WithoutTabsAndNewlines(Scalars(text)[start..end]);
    }

    public static string WithoutTabsAndNewlines(string text) => text.AsSpan().ContainsAny(TabsAndNewlines)
        ? string.Concat(text.Where(character => !TabsAndNewlines.Contains(character)))
        : text;

    /// <summary>The text with U+FFFD in place of each unpaired surrogate.</summary>
    public static string Scalars(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                if (i + 1 < source.Length && char.IsSurrogatePair(source[i], source[i + 1]))
                {
                    (span[i], span[i + 1]) = (source[i], source[i + 1]);
                    i++;
                }
                else
                {
                    span[i] = char.IsSurrogate(source[i]) ? Replacement : source[i];
                }
            }
        });
    }
}
