namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The canonical form of literal text in patterns (URL Pattern Standard, section 3.1). Null means that the
/// text cannot be in the component.</summary>
internal static class ComponentText
{
    // Text is read by the rules of a special scheme, whatever the scheme of the pattern is.
    private const string Scheme = "https";

    public static string? Protocol(string text)
    {
        text = UrlText.Clean(text);
        return text.Length == 0 || UrlSchemes.LengthAtStart(text + ':') == text.Length ? text.ToLowerInvariant() : null;
    }

    /// <summary>Text of a user name or password.</summary>
    public static string Userinfo(string text) => PercentEncoding.Encode(text, PercentEncoding.Userinfo);

    /// <summary>Text of a host name. Characters after the host are ignored, as in a port.</summary>
    public static string? Hostname(string text)
    {
        text = UrlText.WithoutTabsAndNewlines(text);
        var end = text.AsSpan().IndexOfAny("/\\?#");
        if (end >= 0) text = text[..end];
        return text.Length == 0 ? text : UrlHost.Parse(text, special: true);
    }

    /// <summary>Text of an IPv6 address, whose pieces are not addresses themselves.</summary>
    public static string? Ipv6Hostname(string text) =>
        text.All(character => char.IsAsciiHexDigit(character) || character is '[' or ']' or ':')
            ? text.ToLowerInvariant()
            : null;

    /// <summary>Text of a port. The default port of a scheme is not left out, because the scheme is not known
    /// here.</summary>
    public static string? Port(string text)
    {
        text = UrlText.WithoutTabsAndNewlines(text);
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        // Characters after the digits are ignored.
        if (digits >= 0) text = text[..digits];
        return text.Length > 0 && UrlPort.TryParse(text, "", out var port) ? port : null;
    }

    /// <summary>Text of a path of segments. Text that does not start with a slash continues a segment, which <c>..</c>
    /// must not remove.</summary>
    public static string? Pathname(string text)
    {
        text = UrlText.WithoutTabsAndNewlines(text);
        if (text is ['/', ..]) return UrlPath.Parse(text, [], Scheme);
        var slash = text.AsSpan().IndexOfAny('/', '\\');
        var start = PercentEncoding.Encode(slash < 0 ? text : text.AsSpan(0, slash), PercentEncoding.Path);
        if (slash < 0) return start;
        var continued = new string('-', 1);
        List<string> segments = [continued];
        var path = UrlPath.Parse(text.AsSpan(slash), segments, Scheme);
        return ReferenceEquals(segments[0], continued) ? start + path[$"/{continued}".Length..] : null;
    }

    public static string OpaquePathname(string text) =>
        PercentEncoding.Encode(UrlText.WithoutTabsAndNewlines(text), PercentEncoding.Opaque);

    /// <summary>Text of a query, as in URLs of special schemes.</summary>
    public static string Search(string text) =>
        PercentEncoding.Encode(UrlText.WithoutTabsAndNewlines(text), PercentEncoding.SpecialQuery);

    /// <summary>Text of a fragment.</summary>
    public static string Hash(string text) =>
        PercentEncoding.Encode(UrlText.WithoutTabsAndNewlines(text), PercentEncoding.Fragment);
}
