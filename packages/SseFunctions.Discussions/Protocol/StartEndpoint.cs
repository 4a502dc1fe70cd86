using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Starts discussions.</summary>
internal sealed class StartEndpoint(
    StartRequestReader reader,
    DiscussionRights rights,
    Budget budget,
    ITopicLogs logs,
    IEnumerable<ITurnMessages> queues,
    IOptions<DiscussionOptions> options,
    TimeProvider time)
{
    private readonly ITurnMessages? _queue = queues.FirstOrDefault();

    /// <summary>Starts a discussion, and returns the answer: 201, 200 for a request that repeats an earlier one, or a
    /// refusal.</summary>
    /// <param name="request">The request, whose body has not been read yet.</param>
    /// <param name="asked">The id that the client wants; null: a new one.</param>
    /// <param name="cancellationToken">Cancels the wait. The discussion may have been started all the same.</param>
    public async Task<IResult> AnswerAsync(HttpRequest request, string? asked, CancellationToken cancellationToken)
    {
        if (asked is not null && !DiscussionId.IsFree(asked))
        {
            throw new BadRequestException(
                "Use an id of 1 to 64 characters of A-Z, a-z, 0-9, - and _, other than models.");
        }
        var id = asked ?? DiscussionId.New();
        // The token is checked before the body: a client without rights does not learn what is wrong with the body.
        if (await rights.ToChangeAsync(request, id, isPrivate: false, cancellationToken) is { Refusal: { } refusal })
            return refusal;
        var body = await reader.ReadAsync(request, cancellationToken);
        if (body.IsPrivate
            && await rights.ToChangeAsync(request, id, true, cancellationToken) is { Refusal: { } forbidden })
            return forbidden;
        if (asked is not null && await FindAsync(id, cancellationToken) is { } held)
            return await RepeatedAsync(request, body, held, cancellationToken);

        var start = reader.Validate(body);
        var owner = DiscussionId.OwnerOf(rights.ClientAddress(request));
        if (await budget.TryStartAsync(id, owner, cancellationToken) is { } limit) throw NoPlace(limit);
        var transcript = new Transcript(
            id, start.Topic, DiscussionState.Waiting, start.Participants, start.Limits, [])
        {
            Created = time.GetUtcNow(),
            Private = start.Private,
            Unattended = start.Unattended,
        };
        var isCreated = await logs.TryCreateAsync(
            DiscussionLog.TopicOf(id),
            new TopicAppend(EventTypes.Started, DiscussionJson.Write(new EventData
            {
                Topic = start.Topic,
                Participants = start.Participants,
                Limits = start.Limits,
            }))
            {
                Snapshot = DiscussionJson.Write(new DiscussionRecord(transcript, owner, 0) { Request = body.Hash }),
            },
            options.Value.Retention,
            cancellationToken);
        if (!isCreated && await FindAsync(id, cancellationToken) is { } other)
            return await RepeatedAsync(request, body, other, cancellationToken);
        await SendFirstAsync(transcript);
        return Answer(request, id, asked, StatusCodes.Status201Created);
    }

    private async Task<DiscussionRecord?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf(id), cancellationToken);
        return log is null ? null : DiscussionLog.Read(log.View());
    }

    private BadRequestException NoPlace(string limit) => new(
        StatusCodes.Status429TooManyRequests,
        limit switch
        {
            nameof(DiscussionOptions.MaxConcurrent) =>
                "The app has reached its limit of discussions that speak "
                    + $"(Discussions:MaxConcurrent is {options.Value.MaxConcurrent}): "
                    + "try again when one ends or pauses.",
            nameof(DiscussionOptions.MaxConcurrentPerClient) =>
                "You have reached the limit of discussions that speak for one client address "
                    + $"(Discussions:MaxConcurrentPerClient is {options.Value.MaxConcurrentPerClient}): "
                    + "stop one, or try again when one ends or pauses.",
            _ => "You have reached the limit of starts from one client address "
                + $"(Discussions:MaxStartsPerMinute is {options.Value.MaxStartsPerMinute}): try again in a minute.",
        });

    // A body with the same hash is a repetition, even if the settings have changed since. Any other body is validated
    // with the current settings, and the result is compared with the discussion.
    private async Task<IResult> RepeatedAsync(
        HttpRequest request, StartBody body, DiscussionRecord held, CancellationToken cancellationToken)
    {
        var transcript = held.Transcript;
        if (held.Request != body.Hash && !reader.Validate(body).IsOf(transcript))
        {
            throw new BadRequestException(
                StatusCodes.Status409Conflict, "There is another discussion with this id: choose another id.");
        }
        cancellationToken.ThrowIfCancellationRequested();
        // The first request may have failed before it had sent its message. A second message does no harm.
        if (transcript.State == DiscussionState.Waiting) await SendFirstAsync(transcript);
        return Answer(request, transcript.Id, transcript.Id, StatusCodes.Status200OK);
    }

    // Not canceled when the client leaves: without the message, an unattended discussion would never begin.
    private async Task SendFirstAsync(Transcript transcript)
    {
        if (transcript.Unattended && _queue is not null)
            await _queue.SendAsync($"{new TurnMessage(transcript.Id, 1)}", TimeSpan.Zero, CancellationToken.None);
    }

    private static DiscussionAddressResult Answer(HttpRequest request, string id, string? asked, int status) =>
        new(id, DiscussionAddress.Of(request, id, hasId: asked is not null), status);
}
