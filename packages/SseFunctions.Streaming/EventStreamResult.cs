using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace SseFunctions.Streaming;

/// <summary>Answers a request with a sequence of events: <c>200</c>, <c>text/event-stream</c>, and a response that
/// stays open until the sequence is finished or the stream has to end. HEAD gets the headers alone.</summary>
/// <remarks>It has no public property and must get none: the Functions worker serialises what a function returned to
/// JSON once the function has ended, and would enumerate the sequence again.</remarks>
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
        // A client that does not read is ours to end, by WriteTimeout, and to count: Kestrel would do it silently.
        if (httpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        // How long a stream is open says nothing about how fast requests are answered.
        if (httpContext.Features.Get<IHttpMetricsTagsFeature>() is { } metrics) metrics.MetricsDisabled = true;
        return _streams.WriteAsync(httpContext, _feature, _events, _expires, _cursor, _invocation);
    }

    /// <summary>Sets the headers that every event stream has.</summary>
    internal static void SetHeaders(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        // nginx, and proxies that follow its convention, buffer a response without this header.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
