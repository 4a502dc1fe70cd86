using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Streaming;

/// <summary>CORS (Fetch, 3.2) for functions. The Functions worker runs no ASP.NET Core middleware, so each function
/// calls <see cref="Apply"/> first. Thread-safe.</summary>
public sealed class CrossOrigin
{
    private const string PreflightIsGoodForSeconds = "3600";

    private readonly OriginList _origins;
    private readonly string _moreHeaders;

    /// <summary>Created by the service container.</summary>
    internal CrossOrigin(CrossOriginOptions options)
    {
        _origins = new OriginList(options.AllowedOrigins);
        _moreHeaders = string.Join(", ", [CrossOriginRules.UsualHeaders, .. options.AllowedHeaders]);
    }

    /// <summary>Sets the CORS headers of the response, if the request's origin is allowed.</summary>
    /// <returns>The complete response to an OPTIONS request, which the function returns; null for other methods: the
    /// function continues.</returns>
    public IResult? Apply(HttpRequest request, CrossOriginRules rules)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rules);
        var headers = request.HttpContext.Response.Headers;
        var isOptions = HttpMethods.IsOptions(request.Method);
        var any = _origins.AllowsAll;
        // Set also if the origin is absent or not allowed: a cache must not serve that response to an allowed origin.
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
