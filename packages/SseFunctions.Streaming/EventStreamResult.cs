using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace SseFunctions.Streaming;

/// <summary>Answers a request with a stream: <c>200</c>, <c>text/event-stream</c>, and a response that stays open until
/// the sequence is finished or the stream ends for another reason. A HEAD request gets only the headers.</summary>
/// <remarks>This class must have no public property: when a function has ended, the Functions worker serializes its
/// result to JSON and would enumerate the sequence again.</remarks>
public sealed class EventStreamResult : IResult
{
    private readonly EventStreams _streams;
    private readonly string _feature;
    private readonly IAsyncEnumerable<ServerSentEvent> _events;
    private readonly CancellationToken _invocation;
    private readonly DateTimeOffset? _expires;
    private readonly string? _cursor;

    internal EventStreamResult(
        EventStreams streams,
        string feature,
        IAsyncEnumerable<ServerSentEvent> events,
        DateTimeOffset? expires,
        string? cursor,
        CancellationToken invocation)
    {
        _streams = streams;
        _feature = feature;
        _events = events;
        _invocation = invocation;
        _expires = expires;
        _cursor = cursor;
    }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        SetHeaders(httpContext.Response);
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;

        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // WriteTimeout ends the stream of a client that does not read, and counts it. Kestrel's own minimum data rate
        // would abort the connection without a reason in the log.
        if (httpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        // The duration of a stream must not go into the histogram of request durations.
        if (httpContext.Features.Get<IHttpMetricsTagsFeature>() is { } metrics) metrics.MetricsDisabled = true;
        return _streams.WriteAsync(httpContext, _feature, _events, _expires, _cursor, _invocation);
    }

    /// <summary>Sets the headers that every event stream has.</summary>
    internal static void SetHeaders(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        // Without this header nginx, and proxies that follow its convention, buffer the response.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
