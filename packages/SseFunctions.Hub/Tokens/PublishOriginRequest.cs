using Microsoft.AspNetCore.Http;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Tokens;

/// <summary>Checks the origin of a request that is authorized by a cookie. Browsers add the cookie to the requests of
/// any page, so without this check every page could publish in the name of its visitors (CSRF; Mercure protocol, draft
/// 07, section 6.2).</summary>
internal static class PublishOriginRequest
{
    /// <summary>Whether the origin of the page is the origin of the request itself, or in the list. The header Origin
    /// names the page, or else the header Referer. False if the request has neither, or if the origin is hidden
    /// (<c>null</c>).</summary>
    /// <param name="request">The request, with the scheme and host that the client used.</param>
    /// <param name="allowed">The origins whose pages may publish, besides the origin of the request itself.</param>
    public static bool Allows(HttpRequest request, OriginList allowed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(allowed);
        if (PageOrigin(request) is not { } origin) return false;
        // The header, because HttpRequest.Host throws for some names.
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
