using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using SseFunctions.Discussions.Adapters;
using SseFunctions.Discussions.Protocol;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions;

/// <summary>Answers the requests of <see cref="DiscussionFunctions"/>.
/// <see cref="DiscussionServices.AddSseDiscussions"/> registers it.</summary>
public sealed class DiscussionEndpoints
{
    private const string Unavailable = "Discussions cannot be reached just now";

    // The header Retry-After of an answer 503.
    private const string RetrySeconds = "5";

    // The header Retry-After of an answer 429. A place becomes free when a discussion ends or pauses, which takes
    // longer than an outage.
    private const string RetrySecondsForPlace = "30";

    // An EventSource gets this time in a stream that ends at once. After an answer 503 it would never reconnect.
    private static readonly TimeSpan RetryOfStream = TimeSpan.FromSeconds(2);

    private static readonly CrossOriginRules Rules = new(
        "GET, HEAD, POST, PUT",
        "Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID",
        Exposed: "ETag, Location, Retry-After, WWW-Authenticate, x-vercel-ai-ui-message-stream",
        Credentials: true);

    private readonly StartEndpoint _start;
    private readonly ReadEndpoints _read;
    private readonly WatchEndpoints _watch;
    private readonly AdapterEndpoints _adapters;
    private readonly CrossOrigin _crossOrigin;

    internal DiscussionEndpoints(
        StartEndpoint start,
        ReadEndpoints read,
        WatchEndpoints watch,
        AdapterEndpoints adapters,
        CrossOrigin crossOrigin)
    {
        _start = start;
        _read = read;
        _watch = watch;
        _adapters = adapters;
        _crossOrigin = crossOrigin;
    }

    internal Task<IResult> StartAsync(HttpRequest request, string? id, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _start.AnswerAsync(request, id, cancellationToken), cancellationToken);

    internal Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _read.ListAsync(request, cancellationToken), cancellationToken);

    internal Task<IResult> ModelsAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => Task.FromResult(_read.Models()), cancellationToken);

    internal Task<IResult> TranscriptAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _read.TranscriptAsync(request, id, cancellationToken), cancellationToken);

    internal Task<IResult> EventsAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(
            request,
            async () =>
            {
                try
                {
                    return await _watch.EventsAsync(request, id, cancellationToken);
                }
                catch (BadRequestException full) when (full.Status == StatusCodes.Status503ServiceUnavailable)
                {
                    return new RetryLaterResult(ViewerPlaces.Full, ViewerPlaces.Retry);
                }
                catch (HubUnavailableException)
                {
                    return new RetryLaterResult(Unavailable, RetryOfStream);
                }
            },
            cancellationToken);

    internal Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _watch.CancelAsync(request, id, cancellationToken), cancellationToken);

    internal Task<IResult> UiMessageStreamAsync(
        HttpRequest request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _adapters.UiMessageStreamAsync(request, id, cancellationToken), cancellationToken);

    internal Task<IResult> AgUiAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, () => _adapters.AgUiAsync(request, id, cancellationToken), cancellationToken);

    private async Task<IResult> AnswerAsync(
        HttpRequest request, Func<Task<IResult>> answer, CancellationToken cancellationToken)
    {
        if (_crossOrigin.Apply(request, Rules) is { } preflight) return preflight;
        var headers = request.HttpContext.Response.Headers;
        try
        {
            return await answer();
        }
        catch (BadRequestException refused)
        {
            if (refused.Status == StatusCodes.Status429TooManyRequests) headers.RetryAfter = RetrySecondsForPlace;
            if (refused.Status == StatusCodes.Status503ServiceUnavailable) headers.RetryAfter = RetrySeconds;
            return Problem(refused.Status, refused.Message);
        }
        catch (HubUnavailableException)
        {
            headers.RetryAfter = RetrySeconds;
            return Problem(StatusCodes.Status503ServiceUnavailable, $"{Unavailable}: try again.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client has left, or the platform cancels. Nobody reads the answer, and the function has not failed.
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }

        ProblemHttpResult Problem(int status, string title)
        {
            // Otherwise a cache may keep a 404 (RFC 9111, 4.2.2), and the discussion may be started later.
            headers.CacheControl = "no-store";
            return TypedResults.Problem(title: title, statusCode: status);
        }
    }
}
