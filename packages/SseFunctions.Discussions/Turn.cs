using System.Text.Json.Serialization;

namespace SseFunctions.Discussions;

/// <summary>What one participant says at a stretch. Immutable.</summary>
/// <param name="Number">The number of the turn in its discussion, from 1.</param>
/// <param name="Attempt">How often the turn was begun, from 1. A turn is begun again, without the words of the attempt
/// before, when the instance that spoke it was lost or when the model failed.</param>
/// <param name="Participant">The id of the participant who speaks.</param>
/// <param name="Text">The words of this attempt until now.</param>
public sealed record Turn(
    [property: JsonPropertyName("turn")] int Number, int Attempt, string Participant, string Text)
{
    /// <summary>Gets why the turn ended: <c>stop</c> (the participant had nothing more to say), <c>length</c> (the
    /// limit of tokens cut it off), <c>content_filter</c> (a content filter of the model's server cut it off) or
    /// <c>cancelled</c>. Null: the turn has not ended.</summary>
    public string? Finish { get; init; }

    /// <summary>Gets the tokens of the turn; null if they are not known.</summary>
    public TokenUsage? Usage { get; init; }
}
