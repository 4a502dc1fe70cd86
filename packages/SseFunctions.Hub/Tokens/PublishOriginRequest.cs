using Microsoft.AspNetCore.Http;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Tokens;

/// <summary>Whether a request that is authorised by a cookie comes from a page that may send it. A browser sends the
/// cookie for any page, so without this every page could publish in the name of its visitors (CSRF; Mercure protocol,
/// draft 07, section 6.2).</summary>
internal static class PublishOriginRequest
{
    /// <summary>Whether the page's origin is that of the request itself, or in the list. The origin is that of the
    /// Origin header, else of the Referer; with neither, or with one that hides it (<c>null</c>), the answer is
    /// no.</summary>
    /// <param name="request">The request, with the scheme and host that the client used.</param>
    /// <param name="allowed">The origins whose pages may, beside the request's own.</param>
    public static bool Allows(HttpRequest request, OriginList allowed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(allowed);
        if (PageOrigin(request) is not { } origin) return false;
        // The header, and not the request's Host, which throws at some names.
        return origin == Origin.Parse($"{request.Scheme}://{request.Headers.Host}") || allowed.Allows(origin);
    }

    private static Origin? PageOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count > 0) return origin is [{ } text] ? Origin.Parse(text) : null;
        return request.Headers.Referer is [{ } referer] && Uri.TryCreate(referer, UriKind.Absolute, out var page)
            ? Origin.Parse(page.GetLeftPart(UriPartial.Authority))
            : null;
    }
}
