namespace SseFunctions.Discussions;

/// <summary>What was said in a discussion until now. Immutable.</summary>
/// <param name="Id">The id of the discussion.</param>
/// <param name="Topic">What is discussed.</param>
/// <param name="State">See <see cref="DiscussionState"/>.</param>
/// <param name="Participants">The participants, in the order of the start request.</param>
/// <param name="Limits">When the discussion ends at the latest. The limits do not change.</param>
/// <param name="Turns">The turns, in order. The last one may still be spoken.</param>
public sealed record Transcript(
    string Id,
    string Topic,
    string State,
    IReadOnlyList<Participant> Participants,
    DiscussionLimits Limits,
    IReadOnlyList<Turn> Turns)
{
    /// <summary>Gets when the discussion was started.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Gets whether only clients with a right to the discussion's topic may watch it.</summary>
    public bool Private { get; init; }

    /// <summary>Gets whether the discussion goes on while nobody watches.</summary>
    public bool Unattended { get; init; }

    /// <summary>Gets the tokens of all ended turns; null if none has told how many it used.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Gets why the discussion has paused or ended: <c>nobody_watching</c>, <c>turns</c>, <c>tokens</c>,
    /// <c>time</c>, <c>budget</c>, <c>moderator</c>, <c>cancelled</c>, <c>instance_lost</c> or a constant of
    /// <see cref="ParticipantException"/>. Null while it waits or runs.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the turn that is being spoken; null if there is none.</summary>
    internal Turn? OpenTurn => Turns is [.., { Finish: null } last] ? last : null;
}
