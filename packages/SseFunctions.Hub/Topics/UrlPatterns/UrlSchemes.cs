namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The special schemes (URL Standard, section 4.2), whose URLs have a host and a path of segments.</summary>
internal static class UrlSchemes
{
    /// <summary>The special scheme that has no port, and whose host may be empty.</summary>
    public const string File = "file";

    public static IReadOnlyList<string> Special { get; } = ["http", "https", "ws", "wss", "ftp", File];

    public static bool IsSpecial(string scheme) => Special.Contains(scheme);

    /// <summary>The default port of a scheme in digits; empty if it has none.</summary>
    public static string DefaultPort(string scheme) => scheme switch
    {
        "http" or "ws" => "80",
        "https" or "wss" => "443",
        "ftp" => "21",
        _ => "",
    };

    /// <summary>How many characters at the start of the text are a scheme, without the colon. 0 if the text does not
    /// start with a scheme and a colon.</summary>
    public static int LengthAtStart(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetter(text[0])) return 0;
        var length = 1;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '+' or '-' or '.'))
            length++;
        return length < text.Length && text[length] == ':' ? length : 0;
    }
}
