using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub.Protocol;

/// <summary>Answers with a problem, as <c>application/problem+json</c> (RFC 9457).</summary>
internal sealed class HubProblemResult : IResult
{
    // The body is JSON and never part of a page, so quotes and other HTML characters need no escape.
    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string RetryAfterSeconds = "5";

    private readonly HubProblem _problem;
    private readonly string? _prefix;

    internal HubProblemResult(HubProblem problem)
        : this(problem, null)
    {
    }

    private HubProblemResult(HubProblem problem, string? prefix) => (_problem, _prefix) = (problem, prefix);

    /// <summary>Whether the same request may succeed later.</summary>
    internal bool IsUnavailable => _problem.Status == HubProblem.Unavailable;

    /// <summary>Returns the answer to a request of a route that is not the hub's.</summary>
    /// <param name="prefix">The path before the address of the hub.</param>
    internal HubProblemResult Below(string prefix) => new(_problem, prefix);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = _problem.Status;
        response.ContentType = MediaTypeNames.Application.ProblemJson;
        response.Headers.CacheControl = "no-store";
        var challenge = _problem.Challenge ?? (_problem.Status == HubProblem.Unauthorized ? BearerChallenge.V0 : null);
        if (challenge is not null)
        {
            var metadata = HubAddressRequest.Metadata(httpContext.Request, _prefix);
            response.Headers.WWWAuthenticate = challenge.ToHeader(metadata);
        }
        if (_problem.Status == HubProblem.Unavailable) response.Headers.RetryAfter = RetryAfterSeconds;
        if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object> { ["title"] = _problem.Title, ["status"] = _problem.Status }, Readable);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
