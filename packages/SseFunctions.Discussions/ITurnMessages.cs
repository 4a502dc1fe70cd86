namespace SseFunctions.Discussions;

/// <summary>Sends the message that makes the next turn of an unattended discussion be spoken. Register it, and call
/// <see cref="IDiscussionTurns.SpeakAsync"/> when the message arrives. Without it, start requests for unattended
/// discussions are refused.</summary>
public interface ITurnMessages
{
    /// <summary>Sends the message.</summary>
    /// <param name="discussion">The id of the discussion: the message's whole contents.</param>
    /// <param name="delay">How long to wait before the message may be received. Zero: not at all.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task SendAsync(string discussion, TimeSpan delay, CancellationToken cancellationToken = default);
}
