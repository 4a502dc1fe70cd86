using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SseFunctions.Streaming;

/// <summary>Writes the two spans of one stream: a short span from the request to the first bytes, and a span without
/// duration at the end, which has the end reason. Between them no span is open; only ids are kept. Not
/// thread-safe.</summary>
internal sealed class StreamTrace
{
    /// <summary>The name of the first span.</summary>
    public const string StartName = "sse stream start";

    /// <summary>The name of the last span.</summary>
    public const string EndName = "sse stream end";

    private const string FeatureKey = "sse.feature";

    private readonly string _feature;
    private readonly DateTimeOffset _requestedAt;

    // The parent of the next span: first the parent of the request's span, then the stream's first span.
    private ActivityContext _parent;
    private bool _hasStarted;

    private StreamTrace(string feature, Activity? request, IHeaderDictionary headers)
    {
        _feature = feature;
        _requestedAt = request?.StartTimeUtc ?? DateTimeOffset.UtcNow;
        _parent = request is null ? ClientOf(headers) : ParentOf(request);
    }

    /// <summary>Begins the trace of a stream, and removes the request's own spans from the export: they would last as
    /// long as the stream and look like a request that took minutes. The stream's two spans replace them, in the same
    /// trace.</summary>
    /// <returns>Null if nothing listens to spans.</returns>
    public static StreamTrace? Begin(HttpContext context, string feature)
    {
        if (!Tracing.Source.HasListeners()) return null;
        var trace = new StreamTrace(feature, Activity.Current, context.Request.Headers);
        // On Kestrel the two activities are the same. In the Functions worker the current one is the invocation's.
        Hide(Activity.Current, feature);
        Hide(context.Features.Get<IHttpActivityFeature>()?.Activity, feature);
        return trace;
    }

    /// <summary>Writes the first span. Called after the first bytes were sent.</summary>
    public void Started()
    {
        KeyValuePair<string, object?>[] tags = [new(FeatureKey, _feature)];
        var start = Write(StartName, ActivityKind.Server, tags, null, _requestedAt, ActivityStatusCode.Ok);
        _hasStarted = start is not null;
        _parent = start ?? _parent;
    }

    /// <summary>Writes the last span. Called when the stream has ended.</summary>
    public void Ended(StreamEnd reason, long events, TimeSpan age)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new(FeatureKey, _feature),
            new("sse.end.reason", reason.Name()),
            new("sse.events", events),
            new("sse.duration_s", age.TotalSeconds),
        ];
        // The link repeats the parent: some backends connect spans that are far apart in time only by links.
        ActivityLink[]? links = _hasStarted ? [new ActivityLink(_parent)] : null;
        var status = reason == StreamEnd.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok;
        Write(EndName, ActivityKind.Internal, tags, links, default, status);
    }

    private ActivityContext? Write(
        string name,
        ActivityKind kind,
        KeyValuePair<string, object?>[] tags,
        ActivityLink[]? links,
        DateTimeOffset startTime,
        ActivityStatusCode status)
    {
        var current = Activity.Current;
        // Otherwise StartActivity would use the hidden activity as the parent when _parent is empty.
        Activity.Current = null;
        try
        {
            using var span = Tracing.Source.StartActivity(name, kind, _parent, tags, links, startTime);
            span?.SetStatus(status);
            return span?.Context;
        }
        finally
        {
            Activity.Current = current;
        }
    }

    // When requests are neither traced nor logged, ASP.NET Core does not read the trace headers (W3C Trace Context).
    private static ActivityContext ClientOf(IHeaderDictionary headers) =>
        ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var client)
            ? client
            : default;

    private static ActivityContext ParentOf(Activity request)
    {
        var outermost = request;
        while (outermost.Parent is { } parent) outermost = parent;
        // Without listeners ASP.NET Core creates an activity only for log scopes. Its flags say nothing about sampling.
        var isOnlyForLogs = outermost.Source.Name.Length == 0 && outermost.ParentSpanId == default;
        if (isOnlyForLogs) return default;
        var flags = request.ActivityTraceFlags;
        return new ActivityContext(request.TraceId, outermost.ParentSpanId, flags, request.TraceStateString, true);
    }

    // Exporters and their processors skip activities that are not recorded. The tag is for listeners that see the
    // activity nevertheless.
    private static void Hide(Activity? request, string feature)
    {
        for (var activity = request; activity is not null; activity = activity.Parent)
        {
            activity.SetTag(FeatureKey, feature);
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
