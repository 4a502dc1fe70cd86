namespace SseFunctions.Discussions.Transcripts;

/// <summary>A discussion as it is stored: the snapshot of its log. Immutable.</summary>
/// <param name="Transcript">What clients see.</param>
/// <param name="Owner">A hash of the address of the client that started it, for the limit per client.</param>
/// <param name="SpokenSeconds">How long the participants have spoken, without pauses.</param>
internal sealed record DiscussionRecord(Transcript Transcript, string Owner, double SpokenSeconds);
