using System.Text;

namespace SseFunctions.Streaming.Cors;

/// <summary>The origin of a page: scheme, host and port (RFC 6454, section 4). Two origins are equal if all three are;
/// the default port of the scheme may be left out, and case does not matter.</summary>
/// <param name="Scheme">In lower case, for instance <c>https</c>.</param>
/// <param name="Host">In lower case and ASCII (punycode); an IPv6 address without its brackets.</param>
/// <param name="Port">The port; -1 for a scheme that has no default port, if none is given.</param>
internal sealed record Origin(string Scheme, string Host, int Port)
{
    private const string HostMark = "://";
    private const string NotPartOfAnOrigin = "/\\?#@";

    /// <summary>Reads an origin as a browser writes it (RFC 6454, section 6.2): <c>scheme://host</c> or
    /// <c>scheme://host:port</c>.</summary>
    /// <param name="text">Untrusted.</param>
    /// <returns>Null if the text is not an origin; <c>null</c>, which hides one, is not.</returns>
    public static Origin? Parse(string text)
    {
        var host = text.IndexOf(HostMark, StringComparison.Ordinal) + HostMark.Length;
        // Uri would skip blanks, take a path, a query or a user for part of the text, and throw at the ASCII name of
        // some hosts that are not ASCII.
        return host > HostMark.Length && Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', ' ')
            && !text.AsSpan(host).ContainsAny(NotPartOfAnOrigin)
            && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? new Origin(uri.Scheme, uri.IdnHost.ToLowerInvariant(), uri.Port)
            : null;
    }
}
