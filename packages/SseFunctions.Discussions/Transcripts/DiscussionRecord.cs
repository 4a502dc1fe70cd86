namespace SseFunctions.Discussions.Transcripts;

/// <summary>A discussion as it is stored: the snapshot of its log. Immutable.</summary>
/// <param name="Transcript">What clients see.</param>
/// <param name="Owner">A hash of the address of the client that started it, for the limit per client.</param>
/// <param name="SpokenSeconds">How long the participants have spoken, without pauses.</param>
internal sealed record DiscussionRecord(Transcript Transcript, string Owner, double SpokenSeconds)
{
    /// <summary>A hash of the body of the start request, from which a repeated request is known although the settings
    /// have changed. Null: an earlier version stored the discussion, or it is an answer.</summary>
    public string? Request { get; init; }
}
