using System.Text.Json.Nodes;

namespace SseFunctions.Discussions.Adapters;

/// <summary>Writes a discussion as a run of AG-UI 1.0. Each turn is a message of the assistant with the participant's
/// name. A client gets the turns that have ended as a snapshot, and the open turn as a message that is being
/// written.</summary>
internal sealed class AgUiAdapter(AgUiInput input) : IAdapter
{
    private const string ProtocolVersion = "1.0";

    /// <inheritdoc/>
    public string? Terminator => null;

    /// <inheritdoc/>
    public IEnumerable<JsonObject> Open(Transcript transcript)
    {
        var started = Run("RUN_STARTED");
        started["protocolVersion"] = ProtocolVersion;
        return [started, Snapshot(transcript)];
    }

    /// <inheritdoc/>
    public Transcript KnownAfterOpen(Transcript transcript) =>
        transcript with { State = DiscussionState.Waiting, Turns = Ended(transcript) };

    /// <inheritdoc/>
    public IEnumerable<JsonObject> Write(TranscriptChange change, Transcript transcript) => change switch
    {
        { Kind: ChangeKind.TurnBegun, Turn: { } turn } => [Begin(turn, transcript)],
        // A client refuses the start of a message that has not ended, and the end of a run with such a message.
        { Kind: ChangeKind.TurnRestarted, Turn: { } turn } =>
            [Of("TEXT_MESSAGE_END", turn), Snapshot(transcript), Begin(turn, transcript)],
        { Kind: ChangeKind.WordsAdded, Turn: { } turn } => [Words(turn, change.Words)],
        { Kind: ChangeKind.TurnEnded, Turn: { } turn } => [Of("TEXT_MESSAGE_END", turn)],
        { Kind: ChangeKind.TurnDropped, Turn: { } turn } => [Of("TEXT_MESSAGE_END", turn), Snapshot(transcript)],
        _ => [End(transcript)],
    };

    private static JsonObject Snapshot(Transcript transcript) => new()
    {
        ["type"] = "MESSAGES_SNAPSHOT",
        ["messages"] = new JsonArray(
        [
            .. Ended(transcript).Select(turn => new JsonObject
            {
                ["id"] = AdapterNames.IdOf(turn),
                ["role"] = "assistant",
                ["name"] = transcript.SpeakerOf(turn),
                ["content"] = turn.Text,
            }),
        ]),
    };

    private static List<Turn> Ended(Transcript transcript) =>
        [.. transcript.Turns.Where(turn => turn.Finish is not null)];

    private static JsonObject Begin(Turn turn, Transcript transcript)
    {
        var message = Of("TEXT_MESSAGE_START", turn);
        message["role"] = "assistant";
        message["name"] = transcript.SpeakerOf(turn);
        return message;
    }

    private static JsonObject Words(Turn turn, string words)
    {
        var message = Of("TEXT_MESSAGE_CONTENT", turn);
        message["delta"] = words;
        return message;
    }

    private JsonObject End(Transcript transcript)
    {
        if (transcript.State == DiscussionState.Failed)
        {
            return new()
            {
                ["type"] = "RUN_ERROR",
                ["message"] = AdapterNames.FailureOf(transcript),
                ["code"] = transcript.Reason,
            };
        }
        var finished = Run("RUN_FINISHED");
        finished["outcome"] = new JsonObject
        {
            ["type"] = transcript.State == DiscussionState.Cancelled ? "cancelled" : "success",
        };
        return finished;
    }

    private JsonObject Run(string type) => new()
    {
        ["type"] = type,
        ["threadId"] = input.ThreadId,
        ["runId"] = input.RunId,
    };

    private static JsonObject Of(string type, Turn turn) => new()
    {
        ["type"] = type,
        ["messageId"] = AdapterNames.IdOf(turn),
    };
}
