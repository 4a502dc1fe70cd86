using System.Text.Json.Nodes;

namespace SseFunctions.Discussions.Adapters;

/// <summary>Writes a discussion as one message of the AI SDK: the UI message stream protocol, version 1. Each turn is a
/// step of the message, with a data part that says who speaks and a text part with the words.</summary>
internal sealed class UiMessageAdapter : IAdapter
{
    /// <summary>The header that tells the protocol's clients its version.</summary>
    public const string Header = "x-vercel-ai-ui-message-stream";

    /// <summary>The value of <see cref="Header"/>.</summary>
    public const string Version = "v1";

    /// <inheritdoc/>
    public string? Terminator => "[DONE]";

    /// <inheritdoc/>
    /// <remarks>The id of the message is the same on each connection, so that the client replaces the message that it
    /// has.</remarks>
    public IEnumerable<JsonObject> Open(Transcript transcript) =>
        [new() { ["type"] = "start", ["messageId"] = transcript.Id }];

    /// <inheritdoc/>
    public Transcript KnownAfterOpen(Transcript transcript) =>
        transcript with { State = DiscussionState.Waiting, Turns = [] };

    /// <inheritdoc/>
    public IEnumerable<JsonObject> Write(TranscriptChange change, Transcript transcript) => change switch
    {
        { Kind: ChangeKind.TurnBegun, Turn: { } turn } => [Of("start-step"), .. Begin(turn, transcript)],
        { Kind: ChangeKind.TurnRestarted, Turn: { } turn } => [Of("reset-step"), .. Begin(turn, transcript)],
        { Kind: ChangeKind.WordsAdded, Turn: { } turn } => [Text("text-delta", turn, change.Words)],
        { Kind: ChangeKind.TurnEnded, Turn: { } turn } => [Text("text-end", turn), Of("finish-step")],
        { Kind: ChangeKind.TurnDropped } => [Of("reset-step"), Of("finish-step")],
        _ => End(transcript),
    };

    private static JsonObject[] Begin(Turn turn, Transcript transcript) =>
    [
        new()
        {
            ["type"] = "data-turn",
            ["id"] = AdapterNames.IdOf(turn),
            ["data"] = new JsonObject
            {
                ["turn"] = turn.Number,
                ["attempt"] = turn.Attempt,
                ["participant"] = turn.Participant,
                ["name"] = transcript.SpeakerOf(turn),
            },
        },
        Text("text-start", turn),
    ];

    // The client treats a message without "finish" as one that goes on, so each stream ends with "finish".
    private static JsonObject[] End(Transcript transcript) => transcript.State switch
    {
        DiscussionState.Completed => [Finish("stop")],
        DiscussionState.Cancelled =>
        [
            new() { ["type"] = "abort", ["reason"] = transcript.Reason },
            Finish("other"),
        ],
        _ =>
        [
            new() { ["type"] = "error", ["errorText"] = AdapterNames.FailureOf(transcript) },
            Finish("error"),
        ],
    };

    private static JsonObject Of(string type) => new() { ["type"] = type };

    private static JsonObject Text(string type, Turn turn, string? words = null)
    {
        var message = new JsonObject { ["type"] = type, ["id"] = AdapterNames.IdOf(turn) };
        if (words is not null) message["delta"] = words;
        return message;
    }

    private static JsonObject Finish(string reason) => new() { ["type"] = "finish", ["finishReason"] = reason };
}
