namespace SseFunctions.Discussions;

/// <summary>Sends the messages that drive unattended discussions, one for each turn. Register it, and call
/// <see cref="IDiscussionTurns.SpeakAsync"/> when a message arrives. Without it, start requests for unattended
/// discussions are refused.</summary>
public interface ITurnMessages
{
    /// <summary>Sends a message. It may arrive more than once, but must not be lost.</summary>
    /// <param name="message">The whole contents of the message: a short text without a meaning for the app.</param>
    /// <param name="delay">How long to wait before the message may be received. Zero: not at all.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken = default);
}
