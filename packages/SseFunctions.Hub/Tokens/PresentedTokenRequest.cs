using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace SseFunctions.Hub.Tokens;

/// <summary>Finds the token of a request (Mercure protocol, drafts 07 and 08): in the header, else in the query, else
/// in the cookie of Mercure 1.0, else in the cookie of 0.x. The first one found is used, even if it is invalid and a
/// later one is valid.</summary>
internal static class PresentedTokenRequest
{
    private const string Scheme = "Bearer";
    private const string QueryParameter = "authorization";
    private const string OnlyQuery = $"the token is in the query parameter '{QueryParameter}', which only Mercure 0.x "
        + "has, and Hub:Dialects does not contain 0.x";

    /// <summary>Returns the token of the request; null if there is none.</summary>
    /// <param name="request">The request. It is untrusted.</param>
    /// <param name="cookie">The name of the cookie, compared exactly.</param>
    public static PresentedToken? Of(HttpRequest request, string cookie)
    {
        ArgumentException.ThrowIfNullOrEmpty(cookie);
        return Of(request, new TokenPlaces(null, cookie));
    }

    /// <summary>Returns the token of the request; null if there is none.</summary>
    /// <param name="request">The request. It is untrusted.</param>
    /// <param name="places">Where to look for the token.</param>
    public static PresentedToken? Of(HttpRequest request, TokenPlaces places)
    {
        ArgumentNullException.ThrowIfNull(request);
        var accessToken = places.AccessTokenCookie;
        if (places.Cookie is { } cookie)
        {
            return OfHeader(request) ?? OfQuery(request)
                ?? (accessToken is null ? null : OfCookie(request, accessToken)) ?? OfCookie(request, cookie);
        }
        // Mercure 1.0 has no such query parameter. But a client that sends its only token there must not be treated as
        // anonymous: it would wait for private updates that never come.
        return OfHeader(request) ?? (accessToken is null ? null : OfCookie(request, accessToken))
            ?? (OfQuery(request) is null ? null : Unusable(TokenSource.Query, OnlyQuery));
    }

    private static PresentedToken? OfHeader(HttpRequest request)
    {
        var values = request.Headers.Authorization;
        if (values.Count == 0) return null;
        if (values.Count > 1) return Unusable(TokenSource.Header, "there is more than one Authorization header");
        var value = values.ToString().AsSpan().Trim(' ');
        var end = value.IndexOf(' ');
        var scheme = end < 0 ? value : value[..end];
        if (!scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase))
            return Unusable(TokenSource.Header, PresentedToken.OtherScheme);
        return end < 0
            ? Unusable(TokenSource.Header, $"the Authorization header has nothing after '{Scheme}'")
            : new PresentedToken(value[end..].Trim(' ').ToString(), TokenSource.Header);
    }

    // Reads the raw query, because ASP.NET Core's query collection ignores the case of names.
    private static PresentedToken? OfQuery(HttpRequest request)
    {
        if (!request.QueryString.HasValue) return null;
        string? token = null;
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (pair.EncodedValue.IsEmpty || !pair.DecodeName().Span.SequenceEqual(QueryParameter)) continue;
            if (token is not null)
                return Unusable(TokenSource.Query, $"there is more than one query parameter '{QueryParameter}'");
            token = pair.DecodeValue().ToString();
        }
        return token is null ? null : new PresentedToken(token, TokenSource.Query);
    }

    // Uses the first cookie of the name: browsers send the one with the longest path first (RFC 6265, section 5.4).
    private static PresentedToken? OfCookie(HttpRequest request, string name)
    {
        if (!CookieHeaderValue.TryParseList(request.Headers.Cookie, out var cookies)) return null;
        foreach (var cookie in cookies)
        {
            var value = cookie.Value.AsSpan().Trim('"');
            if (!value.IsEmpty && cookie.Name.AsSpan().SequenceEqual(name))
                return new PresentedToken(value.ToString(), TokenSource.Cookie);
        }
        return null;
    }

    private static PresentedToken Unusable(TokenSource source, string why) => new("", source) { Unusable = why };
}
