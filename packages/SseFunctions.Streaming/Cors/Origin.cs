using System.Text;

namespace SseFunctions.Streaming.Cors;

/// <summary>The origin of a page: scheme, host and port (RFC 6454, section 4). Two origins are equal if all three are
/// equal. The text may omit the default port of the scheme, and its letter case does not matter.</summary>
/// <param name="Scheme">The scheme in lower case, for instance <c>https</c>.</param>
/// <param name="Host">The host in lower case and ASCII (punycode); an IPv6 address without its brackets.</param>
/// <param name="Port">The port; -1 if the text has none and the scheme has no default port.</param>
internal sealed record Origin(string Scheme, string Host, int Port)
{
    private const string HostMark = "://";
    private const string NotPartOfAnOrigin = "/\\?#@";

    /// <summary>Parses an origin as a browser writes it (RFC 6454, section 6.2): <c>scheme://host</c> or
    /// <c>scheme://host:port</c>.</summary>
    /// <param name="text">The text, which is untrusted.</param>
    /// <returns>Null if the text is not an origin. The text <c>null</c>, which browsers send instead of an origin that
    /// they hide, is not an origin.</returns>
    public static Origin? Parse(string text)
    {
        var host = text.IndexOf(HostMark, StringComparison.Ordinal) + HostMark.Length;
        // Uri alone would accept blanks, a path, a query and a user name, and would throw when it converts some hosts
        // that are not ASCII.
        return host > HostMark.Length && Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', ' ')
            && !text.AsSpan(host).ContainsAny(NotPartOfAnOrigin)
            && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? new Origin(uri.Scheme, uri.IdnHost.ToLowerInvariant(), uri.Port)
            : null;
    }
}
