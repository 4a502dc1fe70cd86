using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Tells a client that it cannot be served now and has to come again later. An EventSource gives up for good
/// at any status but 200 (WHATWG HTML 9.2.3). So the client gets a stream that ends at once, with a time after which to
/// reconnect.</summary>
/// <param name="reason">Sent to the client in a comment; without a line break.</param>
/// <param name="shortestWait">The shortest time until the client reconnects. Each client gets a random time between
/// this and twice this, so that clients that are turned away together do not come back together.</param>
internal sealed class RetryLaterResult(string reason, TimeSpan shortestWait) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        EventStreamResult.SetHeaders(response);
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
        var retry = RetrySpread.Draw(shortestWait, shortestWait);
        var opening = EventEncoder.EncodeOpening($"{reason}, come again later", retry, id: null);
        return response.Body.WriteAsync(opening, httpContext.RequestAborted).AsTask();
    }
}
