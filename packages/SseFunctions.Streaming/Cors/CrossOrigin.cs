using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Streaming;

/// <summary>CORS (Fetch, 3.2) for functions, which the worker gives no middleware to: each function applies it first.
/// </summary>
public sealed class CrossOrigin
{
    private const string PreflightIsGoodForSeconds = "3600";

    private readonly OriginList _origins;
    private readonly string _moreHeaders;

    /// <summary>Made by the services, once a process.</summary>
    internal CrossOrigin(CrossOriginOptions options)
    {
        _origins = new OriginList(options.AllowedOrigins);
        _moreHeaders = string.Join(", ", [CrossOriginRules.UsualHeaders, .. options.AllowedHeaders]);
    }

    /// <summary>Sets the response's CORS headers, if the request's origin is allowed.</summary>
    /// <returns>The whole answer to an OPTIONS request, or null: then the function goes on to answer.</returns>
    public IResult? Apply(HttpRequest request, CrossOriginRules rules)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rules);
        var headers = request.HttpContext.Response.Headers;
        var isOptions = HttpMethods.IsOptions(request.Method);
        var any = _origins.AllowsAll;
        // Also where the origin is not allowed or absent: a cache must not serve that answer to one that is.
        if (!_origins.IsEmpty && !any) headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (isOptions) headers.Allow = $"{rules.Methods}, OPTIONS";

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && (any || IsAllowed(origin)))
        {
            headers.AccessControlAllowOrigin = any ? OriginList.Any : origin;
            if (rules.Credentials && !any) headers.AccessControlAllowCredentials = "true";
            if (isOptions)
            {
                headers.AccessControlAllowMethods = rules.Methods;
                headers.AccessControlAllowHeaders = $"{rules.Headers}, {_moreHeaders}";
                headers.AccessControlMaxAge = PreflightIsGoodForSeconds;
            }
            else if (rules.Exposed is { } exposed)
            {
                headers.AccessControlExposeHeaders = exposed;
            }
        }
        return isOptions ? TypedResults.NoContent() : null;
    }

    private bool IsAllowed(string origin) =>
        !_origins.IsEmpty && Origin.Parse(origin) is { } parsed && _origins.Allows(parsed);
}
