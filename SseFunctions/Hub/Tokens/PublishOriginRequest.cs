using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Tokens;

/// <summary>Whether a request that is authorised by a cookie comes from a page that may send it. A browser sends the
/// cookie for any page, so without this every page could publish in the name of its visitors (CSRF; Mercure protocol,
/// draft 07, section 6.2).</summary>
public static class PublishOriginRequest
{
    private const string Null = "null";

    /// <summary>Whether the page's origin is that of the request itself, or in the list. The origin is that of the
    /// Origin header, else of the Referer; with neither, or with one that hides it (<c>null</c>), the answer is
    /// no.</summary>
    /// <param name="request">The request, with the scheme and host that the client used.</param>
    /// <param name="allowed">See <see cref="PublishOrigins"/>.</param>
    public static bool Allows(HttpRequest request, IReadOnlyList<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(allowed);
        if (PageOrigin(request) is not { } origin) return false;
        // The header, and not the request's Host, which throws at some names.
        var own = PublishOrigins.Origin($"{request.Scheme}://{request.Headers.Host}");
        return (own is not null && PublishOrigins.AreSame(own, origin)) || PublishOrigins.Allow(allowed, origin);
    }

    private static Uri? PageOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count > 0) return origin is [{ } text] && text != Null ? PublishOrigins.Origin(text) : null;
        return request.Headers.Referer is [{ } referer] && Uri.TryCreate(referer, UriKind.Absolute, out var page)
            ? PublishOrigins.Origin(page.GetLeftPart(UriPartial.Authority))
            : null;
    }
}
