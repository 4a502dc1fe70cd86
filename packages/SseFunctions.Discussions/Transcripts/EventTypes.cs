namespace SseFunctions.Discussions.Transcripts;

/// <summary>The event types of a discussion. None is <c>error</c>, <c>open</c> or <c>message</c>, which an EventSource
/// has itself.</summary>
internal static class EventTypes
{
    /// <summary>The whole transcript: a client replaces what it has.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The first event of a discussion.</summary>
    public const string Started = "discussion.started";

    /// <summary>A turn begins. The participant has not been asked yet.</summary>
    public const string TurnStarted = "turn.started";

    /// <summary>More words of a turn.</summary>
    public const string TurnDelta = "turn.delta";

    /// <summary>The end of a turn, with its whole text.</summary>
    public const string TurnCompleted = "turn.completed";

    /// <summary>A turn begins again: a client drops the words that it has of the turn.</summary>
    public const string TurnRestarted = "turn.restarted";

    /// <summary>A turn could not be spoken.</summary>
    public const string TurnFailed = "turn.failed";

    /// <summary>The discussion waits for a viewer.</summary>
    public const string Paused = "discussion.paused";

    /// <summary>The discussion goes on.</summary>
    public const string Resumed = "discussion.resumed";

    /// <summary>The discussion has come to its end. Final.</summary>
    public const string Completed = "discussion.completed";

    /// <summary>Somebody has ended the discussion. Final.</summary>
    public const string Cancelled = "discussion.cancelled";

    /// <summary>The discussion cannot go on. Final.</summary>
    public const string Failed = "discussion.failed";
}
