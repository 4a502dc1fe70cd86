namespace SseFunctions.Discussions.Transcripts;

/// <summary>The data of all events but <c>snapshot</c>. Each event has some of the properties; the others are null, and
/// absent in JSON.</summary>
internal sealed record EventData
{
    public string? Topic { get; init; }

    public IReadOnlyList<Participant>? Participants { get; init; }

    public DiscussionLimits? Limits { get; init; }

    public int? Turn { get; init; }

    public int? Attempt { get; init; }

    public string? Participant { get; init; }

    /// <summary>The number of UTF-16 units of the turn before these words. A client that has more drops the overlap; a
    /// client that has fewer has missed words.</summary>
    public int? At { get; init; }

    public string? Text { get; init; }

    public string? Finish { get; init; }

    public string? Reason { get; init; }

    public TokenUsage? Usage { get; init; }
}
