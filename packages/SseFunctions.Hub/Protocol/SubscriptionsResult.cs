using System.Text;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with subscriptions, as JSON-LD.</summary>
/// <remarks>ASP.NET Core's result for text has the text in a public property, which the Functions worker would send to
/// the host a second time.</remarks>
internal sealed class SubscriptionsResult : IResult
{
    private readonly string _json;

    internal SubscriptionsResult(string json) => _json = json;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var body = Encoding.UTF8.GetBytes(_json);
        httpContext.Response.ContentType = "application/ld+json";
        httpContext.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
