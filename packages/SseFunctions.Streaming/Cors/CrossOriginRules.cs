namespace SseFunctions.Streaming;

/// <summary>The requests that pages of the allowed origins may send to a route.</summary>
/// <param name="Methods">The methods of the route, of all functions that answer it, with commas.</param>
/// <param name="Headers">The request headers that the route needs in addition to those that Fetch always allows, with
/// commas.</param>
/// <param name="Exposed">The response headers that a page may read in addition to those that Fetch always allows, with
/// commas; null: none.</param>
/// <param name="Credentials">Whether requests may carry cookies. Ignored if <c>*</c> allows all origins.</param>
public sealed record CrossOriginRules(string Methods, string Headers, string? Exposed = null, bool Credentials = false)
{
    /// <summary>Request headers that are allowed at every route, because libraries add them to every request of a page:
    /// W3C Trace Context and Baggage (OpenTelemetry), Sentry, Application Insights, and CSRF tokens.</summary>
    internal const string UsualHeaders = "traceparent, tracestate, baggage, sentry-trace, Request-Id, Request-Context, "
        + "X-Requested-With, X-CSRF-Token";

    /// <summary>Gets the rules for a stream that needs no credentials.</summary>
    public static CrossOriginRules PublicStream { get; } = new("GET, HEAD", "Cache-Control, Last-Event-ID");
}
