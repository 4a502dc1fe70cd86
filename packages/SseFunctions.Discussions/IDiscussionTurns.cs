namespace SseFunctions.Discussions;

/// <summary>Speaks single turns of unattended discussions, for whoever receives the messages of
/// <see cref="ITurnMessages"/>. Thread-safe.</summary>
public interface IDiscussionTurns
{
    /// <summary>Speaks the next turn of a discussion, and sends the message for the turn after it. A repeated message
    /// does no harm: while one turn is spoken, other calls return at once.</summary>
    /// <param name="discussion">The id of the discussion.</param>
    /// <param name="cancellationToken">Stops at once. The turn is spoken anew later.</param>
    Task SpeakAsync(string discussion, CancellationToken cancellationToken = default);
}
