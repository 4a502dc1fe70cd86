using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace SseFunctions.Website;

/// <summary>Answers with a file of the page. Supports conditional requests and HEAD, and sets the security headers.
/// This class must have no public property: the Functions worker serializes a function's result to JSON.</summary>
internal sealed class WebsiteResult(WebsiteFile? file, WebsiteFile notFound) : IResult
{
    // connect-src allows any origin over TLS, and this machine, because ?api= names another host for the page's
    // streams.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + "connect-src 'self' https: http://localhost:* http://127.0.0.1:*; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string ShortCache = "public, max-age=60";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = ShortCache;
        if (file is null) httpContext.Response.StatusCode = StatusCodes.Status404NotFound;
        var answer = file ?? notFound;
        var tag = file is null ? null : new EntityTagHeaderValue(answer.EntityTag);
        return TypedResults.Bytes(answer.Contents, answer.ContentType, entityTag: tag).ExecuteAsync(httpContext);
    }
}
