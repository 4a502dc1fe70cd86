using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Opens the streams of discussions, and ends discussions.</summary>
internal sealed class WatchEndpoints(
    DiscussionRights rights,
    ITopicLogs logs,
    RunningDiscussions running,
    Speaker speaker,
    ModelVoices voices,
    ViewerPlaces places,
    EventStreams streams)
{
    /// <summary>The name of the streams of discussions in logs and metrics.</summary>
    internal const string Feature = "discussions";

    /// <summary>Opens the stream of one viewer.</summary>
    public async Task<IResult> EventsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var (log, authorization) = await OpenAsync(request, id, cancellationToken);
        if (authorization is { IsTemporary: true }) throw new HubUnavailableException("The keys cannot be fetched.");
        if (authorization?.Refusal is { } refusal) return refusal;
        var last = LastEventId.Of(request);
        if (last is not null && log.IsFinal(last)) return new EndOfStreamResult();
        var after = last is not null && log.Knows(last) ? last : null;
        TakePlace(request);
        return streams.Stream(
            Feature,
            running.WatchAsync(log, after, voices, CancellationToken.None),
            cancellationToken,
            authorization?.Expires);
    }

    /// <summary>Opens a discussion for a viewer's stream. The log stays open until the response ends.</summary>
    /// <returns>The log, and whether the viewer has the right: see <see cref="DiscussionRights.ToWatchAsync"/>.
    /// </returns>
    /// <exception cref="BadRequestException">There is no such discussion.</exception>
    public async Task<(TopicLog Log, HubAuthorization? Authorization)> OpenAsync(
        HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var log = await logs.FindAsync(id, cancellationToken);
        // The stream reads the log after the function's method has returned.
        request.HttpContext.Response.RegisterForDisposeAsync(log);
        var isPrivate = DiscussionLog.Read(log.View()).Transcript.Private;
        var authorization = await rights.ToWatchAsync(request, id, isPrivate, cancellationToken);
        return (log, authorization);
    }

    /// <summary>Takes a place for the viewer, until the response ends. The last step before the stream opens.</summary>
    /// <exception cref="BadRequestException">There is no place for another viewer.</exception>
    public void TakePlace(HttpRequest request) => request.HttpContext.Response.RegisterForDispose(
        places.TryTake()
        ?? throw new BadRequestException(
            StatusCodes.Status503ServiceUnavailable, $"{ViewerPlaces.Full}: try again later."));

    /// <summary>Ends a discussion.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        await using var log = await logs.FindAsync(id, cancellationToken);
        var isPrivate = DiscussionLog.Read(log.View()).Transcript.Private;
        if (await rights.ToChangeAsync(request, id, isPrivate, cancellationToken) is { Refusal: { } refusal })
            return refusal;
        await speaker.CancelAsync(log);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }
}
