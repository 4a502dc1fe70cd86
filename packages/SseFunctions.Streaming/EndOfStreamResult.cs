using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Answers a client that has received everything there will ever be: <c>204</c>, at which an EventSource stops
/// reconnecting (WHATWG HTML 9.2.3). It must not be cached: without the client's Last-Event-ID it is not the answer.
/// </summary>
public sealed class EndOfStreamResult : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
