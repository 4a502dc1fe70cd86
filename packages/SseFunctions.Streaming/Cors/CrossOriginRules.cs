namespace SseFunctions.Streaming;

/// <summary>What pages of the allowed origins may do at a route.</summary>
/// <param name="Methods">The verbs of the route, whatever function answers them.</param>
/// <param name="Headers">The request headers that the route needs, beyond those that Fetch always allows.</param>
/// <param name="Exposed">The response headers that a page may read beyond those that it always may; null: none.</param>
/// <param name="Credentials">Whether cookies may be sent along. Not where <c>*</c> allows all origins.</param>
public sealed record CrossOriginRules(string Methods, string Headers, string? Exposed = null, bool Credentials = false)
{
    /// <summary>Request headers that are allowed at every route, because libraries add them to every request of a page:
    /// W3C Trace Context and Baggage (OpenTelemetry), Sentry, Application Insights, and marks against CSRF.</summary>
    internal const string UsualHeaders = "traceparent, tracestate, baggage, sentry-trace, Request-Id, Request-Context, "
        + "X-Requested-With, X-CSRF-Token";

    /// <summary>A public stream.</summary>
    public static CrossOriginRules PublicStream { get; } = new("GET, HEAD", "Cache-Control, Last-Event-ID");
}
