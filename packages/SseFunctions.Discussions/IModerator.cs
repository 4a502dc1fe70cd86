namespace SseFunctions.Discussions;

/// <summary>Decides who speaks next. Replace the service to change the rule. Thread-safe.</summary>
public interface IModerator
{
    /// <summary>Returns who speaks the next turn; null to end the discussion. The decision must depend on the
    /// transcript alone: another instance may continue a discussion.</summary>
    ValueTask<Participant?> NextAsync(Transcript transcript, CancellationToken cancellationToken);
}
