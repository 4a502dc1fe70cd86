using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Protocol;

/// <summary>Tells a subscriber who cannot be served now to come again later. An EventSource gives up for good at any
/// status but 200 (WHATWG HTML 9.2.3), so it gets a stream that ends at once, and a longer time to wait.</summary>
internal sealed class HubBusyResult : IResult
{
    private readonly string _reason;
    private readonly TimeSpan _shortestWait;

    private HubBusyResult(string name, string reason, TimeSpan shortestWait) =>
        (Name, _reason, _shortestWait) = (name, reason, shortestWait);

    /// <summary>There is no room for it.</summary>
    public static HubBusyResult Full { get; } =
        new("full", "no room for another subscriber", TimeSpan.FromSeconds(10));

    /// <summary>What it has missed cannot be found out. No header tells where the stream begins: it does not.</summary>
    public static HubBusyResult Unavailable { get; } =
        new("log_unavailable", "what you have missed cannot be found out just now", TimeSpan.FromSeconds(2));

    /// <summary>Whether its token is good cannot be found out: the keys could not be fetched yet.</summary>
    public static HubBusyResult NoKeys { get; } =
        new("keys_unavailable", "tokens cannot be verified just now", TimeSpan.FromSeconds(5));

    /// <summary>Why, in metrics.</summary>
    internal string Name { get; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
        var wait = RetrySpread.Draw(_shortestWait, _shortestWait);
        var text = string.Create(CultureInfo.InvariantCulture, $": {_reason}, come again later\nretry: {wait}\n");
        return response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), httpContext.RequestAborted).AsTask();
    }
}
