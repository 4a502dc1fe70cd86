using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions.Models;
using SseFunctions.Discussions.Running;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Answers what a client can read at once: transcripts, the list of discussions, models and limits.</summary>
internal sealed class ReadEndpoints(
    DiscussionRights rights,
    ITopicLogs logs,
    IModels models,
    IEnumerable<ITurnMessages> queues,
    IOptions<DiscussionOptions> options)
{
    private const int PageSize = 20;

    // An app without Redis keeps this many logs. If this many are read for one page, the list ends there: to continue,
    // the client would need the creation time of the last one, which is private.
    private const int MaxRead = 1000;

    private const int ReadSize = 100;

    private readonly string _models = WriteModels(models, queues.Any(), options.Value);

    /// <summary>Returns what was said in a discussion.</summary>
    public async Task<IResult> TranscriptAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        await using var log = await logs.FindAsync(id, cancellationToken);
        var view = log.View();
        var transcript = DiscussionLog.Read(view).Transcript;
        if (await rights.ToWatchAsync(request, id, transcript.Private, cancellationToken) is { Refusal: { } refusal })
            return refusal;
        var tag = $"\"{view.LastId}\"";
        request.HttpContext.Response.Headers.ETag = tag;
        return request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new JsonTextResult(DiscussionJson.Write(transcript));
    }

    /// <summary>Returns a page of the discussions that are not private, the newest first.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await rights.ToWatchAsync(request, "", false, cancellationToken) is { Refusal: { } refusal })
            return refusal;
        DateTimeOffset? before = null;
        if (request.Query["before"].ToString() is { Length: > 0 } cursor)
        {
            before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
                && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(time)
                : throw new BadRequestException("Set before to the value of next in an earlier answer.");
        }
        // One more than the page shows, to learn whether another page follows.
        var found = await PublicAsync(before, PageSize + 1, cancellationToken);
        var page = new JsonObject
        {
            ["discussions"] = new JsonArray([.. found.Take(PageSize).Select(listed => listed.Item)]),
        };
        if (found.Count > PageSize)
        {
            page["next"] = found[PageSize - 1].Created.ToUnixTimeMilliseconds()
                .ToString(CultureInfo.InvariantCulture);
        }
        return new JsonTextResult(page.ToJsonString());
    }

    /// <summary>Returns the models that a start request may name, and the limits of start requests.</summary>
    public IResult Models() => new JsonTextResult(_models);

    // Nothing of a page depends on private discussions, neither its length nor its next.
    private async Task<List<(DateTimeOffset Created, JsonObject Item)>> PublicAsync(
        DateTimeOffset? before, int count, CancellationToken cancellationToken)
    {
        List<(DateTimeOffset Created, JsonObject Item)> found = [];
        for (var (read, size) = (0, count); read < MaxRead; size = ReadSize)
        {
            var summaries = await logs.ListAsync(DiscussionLog.Parent, before, size, cancellationToken);
            foreach (var summary in summaries)
            {
                before = summary.Created;
                if (summary.Snapshot is not { } snapshot) continue;
                var transcript = DiscussionJson.ReadRecord(snapshot).Transcript;
                if (transcript.Private) continue;
                found.Add((summary.Created, Item(transcript, StateOf(transcript, summary.IsLeased))));
                if (found.Count == count) return found;
            }
            if (summaries.Count < size) break;
            read += summaries.Count;
        }
        return found;
    }

    // An instance that was killed has not written that the discussion has paused. Nobody holds its lease then. The
    // queue of an unattended discussion holds the lease only during turns.
    private static string StateOf(Transcript transcript, bool isLeased) =>
        transcript.State == DiscussionState.Running && !isLeased && !transcript.Unattended
            ? DiscussionState.Paused
            : transcript.State;

    private static JsonObject Item(Transcript transcript, string state) => new()
    {
        ["id"] = transcript.Id,
        ["topic"] = transcript.Topic,
        ["state"] = state,
        ["created"] = transcript.Created.ToString("O", CultureInfo.InvariantCulture),
        ["participants"] = new JsonArray(
        [
            .. transcript.Participants.Select(participant => new JsonObject
            {
                ["id"] = participant.Id,
                ["name"] = participant.Name,
            }),
        ]),
        ["turns"] = transcript.Turns.Count,
    };

    private static string WriteModels(
        IModels models, bool hasQueue, DiscussionOptions options) => JsonSerializer.Serialize(new
        {
            models = models.Names,
            unattended = hasQueue,
            limits = new
            {
                participants = new { min = 2, max = options.MaxParticipants },
                turns = new { @default = options.Turns, max = options.MaxTurns },
                tokens = new { @default = options.MaxTokens, max = options.MaxTokens },
                minutes = new { @default = options.MaxMinutes, max = options.MaxMinutes },
                topicLength = options.MaxTopicLength,
                personaLength = options.MaxPersonaLength,
            },
        });
}
