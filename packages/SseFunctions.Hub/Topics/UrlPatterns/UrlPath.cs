namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Paths of URLs (URL Standard, section 4.4, path state and opaque path state).</summary>
internal static class UrlPath
{
    private const string EncodedDot = "%2e";

    /// <summary>How many characters of the text are a path of segments: all up to a query or fragment.</summary>
    public static int LengthIn(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('?', '#');
        return end < 0 ? text.Length : end;
    }

    /// <summary>Returns the canonical path.</summary>
    /// <param name="text">The path as it was written.</param>
    /// <param name="segments">The segments before the text. The segments of the text are added, and <c>..</c> removes
    /// the last one.</param>
    /// <param name="scheme">The scheme of the URL. In special schemes, a backslash separates segments too.</param>
    public static string Parse(ReadOnlySpan<char> text, List<string> segments, string scheme)
    {
        var special = UrlSchemes.IsSpecial(scheme);
        var slashes = special ? "/\\" : "/";
        if (text.IsEmpty && !special) return "";
        if (!text.IsEmpty && slashes.Contains(text[0])) text = text[1..];
        while (true)
        {
            var end = text.IndexOfAny(slashes);
            Add(PercentEncoding.Encode(end < 0 ? text : text[..end], PercentEncoding.Path), isLast: end < 0);
            if (end < 0) return "/" + string.Join('/', segments);
            text = text[(end + 1)..];
        }

        void Add(string segment, bool isLast)
        {
            var dots = DotsOf(segment);
            if (dots == 2) Shortened(segments, scheme);
            if (dots > 0) segment = "";
            else if (scheme == UrlSchemes.File && segments.Count == 0 && IsDriveLetter(segment))
                segment = segment[0] + ":";
            if (dots == 0 || isLast) segments.Add(segment);
        }
    }

    /// <summary>The canonical opaque path.</summary>
    /// <param name="text">The path as it was written.</param>
    /// <param name="isLast">Whether the URL ends behind the path.</param>
    public static string Opaque(ReadOnlySpan<char> text, bool isLast)
    {
        var path = PercentEncoding.Encode(text, PercentEncoding.Opaque);
        // A space at the end would be lost if the URL lost its query and fragment.
        return !isLast && path.EndsWith(' ') ? path[..^1] + "%20" : path;
    }

    /// <summary>The segments of a canonical path.</summary>
    public static List<string> Split(string path) => path.Length == 0 ? [] : [.. path[1..].Split('/')];

    /// <summary>The same segments without the last, unless the last is the drive letter of a file.</summary>
    public static List<string> Shortened(List<string> segments, string scheme)
    {
        var isDrive = scheme == UrlSchemes.File && segments is [var only] && IsNormalizedDriveLetter(only);
        if (segments.Count > 0 && !isDrive) segments.RemoveAt(segments.Count - 1);
        return segments;
    }

    /// <summary>Whether the text is a Windows drive letter, as <c>C:</c> or <c>C|</c>.</summary>
    public static bool IsDriveLetter(ReadOnlySpan<char> text) =>
        text is [var letter, ':' or '|'] && char.IsAsciiLetter(letter);

    /// <summary>Whether the text is a Windows drive letter with a colon.</summary>
    public static bool IsNormalizedDriveLetter(ReadOnlySpan<char> text) =>
        text is [var letter, ':'] && char.IsAsciiLetter(letter);

    /// <summary>Whether the text starts with a Windows drive letter that is a whole segment.</summary>
    public static bool StartsWithDriveLetter(ReadOnlySpan<char> text) =>
        text.Length >= 2 && IsDriveLetter(text[..2]) && (text.Length == 2 || text[2] is '/' or '\\' or '?' or '#');

    // 1 for ".", 2 for "..", in which each dot may be percent-encoded; 0 for anything else.
    private static int DotsOf(string segment)
    {
        var (dots, at) = (0, 0);
        while (at < segment.Length && dots < 3)
        {
            if (segment[at] == '.') at++;
            else if (string.Compare(segment, at, EncodedDot, 0, 3, StringComparison.OrdinalIgnoreCase) == 0) at += 3;
            else return 0;
            dots++;
        }
        return dots < 3 ? dots : 0;
    }
}
