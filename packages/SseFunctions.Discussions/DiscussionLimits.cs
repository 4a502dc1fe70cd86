namespace SseFunctions.Discussions;

/// <summary>When a discussion ends at the latest. Immutable.</summary>
/// <param name="Turns">The number of turns.</param>
/// <param name="Tokens">The number of tokens that the models read and say.</param>
/// <param name="Minutes">How long the discussion speaks. Pauses do not count.</param>
public sealed record DiscussionLimits(int Turns, long Tokens, int Minutes);
