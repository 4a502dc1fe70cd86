using System.Buffers;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Hosts of URLs (URL Standard, section 3.5).</summary>
internal static class UrlHost
{
    private const string Forbidden = "\0\t\n\r #/:<>?@[\\]^|";

    private const string C0Controls = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F";

    private static readonly SearchValues<char> ForbiddenInHosts = SearchValues.Create(Forbidden);
    private static readonly SearchValues<char> ForbiddenInDomains =
        SearchValues.Create(Forbidden + C0Controls + "%\u007F");

    /// <summary>The canonical host: a domain in ASCII, an IPv4 address, an IPv6 address in brackets, or an opaque
    /// host. Null if the text is no host.</summary>
    /// <param name="text">The host as it was written.</param>
    /// <param name="special">Whether the scheme is special. Hosts of other schemes are opaque.</param>
    public static string? Parse(string text, bool special)
    {
        if (text is ['[', ..]) return text is [_, .., ']'] ? Ipv6Address.Parse(text.AsSpan()[1..^1]) : null;
        if (!special)
        {
            return text.AsSpan().ContainsAny(ForbiddenInHosts)
                ? null
                : PercentEncoding.Encode(text, PercentEncoding.Opaque);
        }
        var domain = Idna.ToAscii(PercentEncoding.Decode(text));
        if (string.IsNullOrEmpty(domain) || domain.AsSpan().ContainsAny(ForbiddenInDomains)) return null;
        return Ipv4Address.IsMeantBy(domain) ? Ipv4Address.Parse(domain) : domain;
    }

    /// <summary>Where the colon before the port is in a host and port; negative if there is none.</summary>
    public static int PortSeparatorIn(ReadOnlySpan<char> text)
    {
        var inBrackets = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ':' && !inBrackets) return i;
            if (text[i] == '[') inBrackets = true;
            else if (text[i] == ']') inBrackets = false;
        }
        return -1;
    }
}
