using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub;

/// <summary>Tells a subscriber for whom there is no room to come again later. An EventSource gives up for good at any
/// status but 200 (WHATWG HTML 9.2.3), so it gets a stream that ends at once, and a longer time to wait.</summary>
public sealed class HubBusyResult : IResult
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
        // Between one and two times as long, so that they do not all come back at once.
        var wait = (long)(ShortestWait.TotalMilliseconds * (1 + Random.Shared.NextDouble()));
        var text = string.Create(
            CultureInfo.InvariantCulture, $": no room for another subscriber, come again later\nretry: {wait}\n");
        return response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), httpContext.RequestAborted).AsTask();
    }
}
