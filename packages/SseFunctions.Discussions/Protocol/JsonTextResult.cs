using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Answers with JSON that is not to be stored without being checked again.</summary>
internal sealed class JsonTextResult : IResult
{
    private readonly string _json;

    internal JsonTextResult(string json) => _json = json;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.ContentType = MediaTypeNames.Application.Json;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        var body = Encoding.UTF8.GetBytes(_json);
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
