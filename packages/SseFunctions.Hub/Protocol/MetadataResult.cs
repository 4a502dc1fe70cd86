using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with the hub's metadata.</summary>
internal sealed class MetadataResult : IResult
{
    private readonly byte[] _json;

    internal MetadataResult(byte[] json) => _json = json;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = _json.Length;
        // The document depends on the host name in the request, which not every cache distinguishes.
        response.Headers.CacheControl = "no-cache";
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(_json, httpContext.RequestAborted).AsTask();
    }
}
