using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with a JSON document in UTF-8; a HEAD request gets only the headers.</summary>
/// <remarks>Without public properties, unlike ASP.NET Core's results: the Functions worker would send those to the host
/// in addition to the body.</remarks>
internal sealed class HubJsonResult : IResult
{
    private readonly byte[] _json;
    private readonly string _contentType;

    internal HubJsonResult(byte[] json, string contentType) => (_json, _contentType) = (json, contentType);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.ContentType = _contentType;
        httpContext.Response.ContentLength = _json.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : httpContext.Response.Body.WriteAsync(_json, httpContext.RequestAborted).AsTask();
    }
}
