namespace SseFunctions.Discussions;

/// <summary>When a discussion ends at the latest: after the turn that reaches one of the limits. Immutable.</summary>
/// <param name="Turns">The highest number of turns.</param>
/// <param name="Tokens">The number of tokens that the models read and write together.</param>
/// <param name="Minutes">How long the participants speak, in minutes. Pauses do not count.</param>
public sealed record DiscussionLimits(int Turns, long Tokens, int Minutes);
