using System.Text;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with subscriptions, as JSON-LD.</summary>
/// <remarks>ASP.NET Core's result for text has the text in a public property, which the Functions worker would send to
/// the host a second time.</remarks>
internal sealed class SubscriptionsResult : IResult
{
    private readonly string _json;
    private readonly string _contentType;

    internal SubscriptionsResult(string json, string contentType) => (_json, _contentType) = (json, contentType);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var body = Encoding.UTF8.GetBytes(_json);
        httpContext.Response.ContentType = _contentType;
        httpContext.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
