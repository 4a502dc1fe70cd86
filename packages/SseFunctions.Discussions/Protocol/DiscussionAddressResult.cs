using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Answers a start request with the addresses of the discussion.</summary>
internal sealed class DiscussionAddressResult : IResult
{
    private readonly string _id;
    private readonly string _path;
    private readonly int _status;

    internal DiscussionAddressResult(string id, string path, int status) => (_id, _path, _status) = (id, path, status);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.Headers.Location = _path;
        var addresses = new Dictionary<string, string>
        {
            ["id"] = _id,
            ["events"] = $"{_path}/events",
            ["transcript"] = _path,
        };
        return new JsonTextResult(JsonSerializer.Serialize(addresses)).ExecuteAsync(httpContext);
    }
}
