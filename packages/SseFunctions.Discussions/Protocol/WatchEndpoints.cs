using Microsoft.AspNetCore.Http;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Opens the streams of discussions, and ends discussions.</summary>
internal sealed class WatchEndpoints(
    DiscussionRights rights, ITopicLogs logs, RunningDiscussions running, ModelVoices voices, EventStreams streams)
{
    private const string Feature = "discussions";

    /// <summary>Opens the stream of one viewer.</summary>
    public async Task<IResult> EventsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var log = await logs.FindAsync(id, cancellationToken);
        // The stream reads the log after this method has returned.
        request.HttpContext.Response.RegisterForDisposeAsync(log);
        var isPrivate = DiscussionLog.Read(log.View()).Transcript.Private;
        var authorization = await rights.ToWatchAsync(request, id, isPrivate, cancellationToken);
        if (authorization?.Refusal is { } refusal) return refusal;
        var last = LastEventId.Of(request);
        if (last is not null && log.IsFinal(last)) return new EndOfStreamResult();
        var after = last is not null && log.Knows(last) ? last : null;
        return streams.Stream(
            Feature,
            running.WatchAsync(log, after, voices, CancellationToken.None),
            cancellationToken,
            authorization?.Expires);
    }

    /// <summary>Ends a discussion.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        await using var log = await logs.FindAsync(id, cancellationToken);
        var isPrivate = DiscussionLog.Read(log.View()).Transcript.Private;
        if (await rights.ToChangeAsync(request, id, isPrivate, cancellationToken) is { Refusal: { } refusal })
            return refusal;
        await Speaker.CancelAsync(log, cancellationToken);
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }
}
