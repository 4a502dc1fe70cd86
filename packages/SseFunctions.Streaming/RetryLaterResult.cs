using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Tells a client that it cannot be served now and has to reconnect later. An EventSource stops reconnecting
/// at any status except 200 (WHATWG HTML 9.2.3). So the client gets a 200 response that sets the time until it
/// reconnects and ends immediately.</summary>
/// <param name="reason">The reason, which is sent in a comment; without a line break.</param>
/// <param name="shortestWait">The shortest time until the client reconnects. Each client gets a random time between
/// this and twice this, so that clients which are refused together do not reconnect together.</param>
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
        var opening = EventEncoder.EncodeOpening($"{reason}, reconnect later", retry, id: null);
        return response.Body.WriteAsync(opening, httpContext.RequestAborted).AsTask();
    }
}
