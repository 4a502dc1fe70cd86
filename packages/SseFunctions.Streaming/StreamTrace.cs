using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SseFunctions.Streaming;

/// <summary>What a trace shows of one stream: a short span from the request to the first bytes, and one without length
/// when it has ended, which says why. In between none is open, and all that is kept are ids. Not thread-safe.</summary>
internal sealed class StreamTrace
{
    /// <summary>The first span's name.</summary>
    public const string StartName = "sse stream start";

    /// <summary>The last span's name.</summary>
    public const string EndName = "sse stream end";

    private const string FeatureKey = "sse.feature";

    private readonly string _feature;
    private readonly DateTimeOffset _requestedAt;

    // What was the request's own parent; once the stream has started, the span that says so.
    private ActivityContext _parent;
    private bool _hasStarted;

    private StreamTrace(string feature, Activity? request, IHeaderDictionary headers)
    {
        _feature = feature;
        _requestedAt = request?.StartTimeUtc ?? DateTimeOffset.UtcNow;
        _parent = request is null ? ClientOf(headers) : ParentOf(request);
    }

    /// <summary>Takes the request out of what is traced: its span would last as long as the stream, and look like a
    /// request that took minutes. The stream's two spans take its place, in the same trace.</summary>
    /// <returns>Null if nobody listens.</returns>
    public static StreamTrace? Begin(HttpContext context, string feature)
    {
        if (!Tracing.Source.HasListeners()) return null;
        var trace = new StreamTrace(feature, Activity.Current, context.Request.Headers);
        // On Kestrel they are the same; in the Functions worker the current one is the invocation's.
        Hide(Activity.Current, feature);
        Hide(context.Features.Get<IHttpActivityFeature>()?.Activity, feature);
        return trace;
    }

    /// <summary>The first bytes have left.</summary>
    public void Started()
    {
        KeyValuePair<string, object?>[] tags = [new(FeatureKey, _feature)];
        var start = Write(StartName, ActivityKind.Server, tags, null, _requestedAt, ActivityStatusCode.Ok);
        _hasStarted = start is not null;
        _parent = start ?? _parent;
    }

    /// <summary>The stream has ended.</summary>
    public void Ended(StreamEnd reason, long events, TimeSpan age)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new(FeatureKey, _feature),
            new("sse.end.reason", reason.Name()),
            new("sse.events", events),
            new("sse.duration_s", age.TotalSeconds),
        ];
        // Parent and link are the same: some backends show a trace by its links, when its parts are far apart.
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
        // Or the hidden one would be the parent where there is no other.
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

    // Where nobody traces or logs requests, ASP.NET Core does not read where the request comes from (W3C Trace Context).
    private static ActivityContext ClientOf(IHeaderDictionary headers) =>
        ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var client)
            ? client
            : default;

    private static ActivityContext ParentOf(Activity request)
    {
        var outermost = request;
        while (outermost.Parent is { } parent) outermost = parent;
        // Without listeners an activity is made for the log scopes alone, and says nothing about sampling.
        var isOnlyForLogs = outermost.Source.Name.Length == 0 && outermost.ParentSpanId == default;
        if (isOnlyForLogs) return default;
        var flags = request.ActivityTraceFlags;
        return new ActivityContext(request.TraceId, outermost.ParentSpanId, flags, request.TraceStateString, true);
    }

    // Exporters and their processors leave out what is not recorded. The tag is for listeners that see it nevertheless.
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
