namespace SseFunctions.Discussions.Transcripts;

/// <summary>Applies events to a transcript. This is the only place that knows what an event does.</summary>
internal static class TranscriptEvents
{
    /// <summary>Returns the transcript after an event.</summary>
    public static Transcript After(this Transcript transcript, string type, EventData data) => type switch
    {
        EventTypes.TurnStarted => transcript with
        {
            State = DiscussionState.Running,
            Reason = null,
            Turns = [.. transcript.Turns, new Turn(data.Turn ?? 0, data.Attempt ?? 1, data.Participant ?? "", "")],
        },
        EventTypes.TurnDelta => transcript.WithOpenTurn(turn => turn with { Text = Append(turn.Text, data) }),
        EventTypes.TurnRestarted => transcript.WithOpenTurn(
            turn => turn with { Attempt = data.Attempt ?? turn.Attempt + 1, Text = "" }),
        EventTypes.TurnCompleted => transcript.WithOpenTurn(turn => turn with
        {
            Text = data.Text ?? turn.Text,
            Finish = data.Finish,
            Usage = data.Usage,
        }) with
        {
            Usage = data.Usage is { } usage ? (transcript.Usage ?? TokenUsage.Zero) + usage : transcript.Usage,
        },
        EventTypes.TurnFailed => transcript with { Turns = [.. transcript.Turns.SkipLast(1)] },
        EventTypes.Paused => transcript with { State = DiscussionState.Paused, Reason = data.Reason },
        EventTypes.Resumed => transcript with { State = DiscussionState.Running, Reason = null },
        EventTypes.Completed => transcript with { State = DiscussionState.Completed, Reason = data.Reason },
        EventTypes.Cancelled => transcript with { State = DiscussionState.Cancelled, Reason = data.Reason },
        EventTypes.Failed => transcript with { State = DiscussionState.Failed, Reason = data.Reason },
        _ => transcript,
    };

    private static Transcript WithOpenTurn(this Transcript transcript, Func<Turn, Turn> change) =>
        transcript.OpenTurn is { } open
            ? transcript with { Turns = [.. transcript.Turns.SkipLast(1), change(open)] }
            : transcript;

    private static string Append(string text, EventData delta) =>
        delta.At == text.Length ? text + delta.Text : text;
}
