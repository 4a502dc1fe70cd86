using Microsoft.AspNetCore.Http;

namespace SseFunctions.Streaming;

/// <summary>Answers a client that has already received all events of a finished sequence: <c>204</c>, at which an
/// EventSource stops reconnecting (WHATWG HTML 9.2.3). The response must not be cached, because it is right only for
/// the client's Last-Event-ID.</summary>
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
