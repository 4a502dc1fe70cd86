namespace SseFunctions.Discussions;

/// <summary>Speaks single turns of unattended discussions, for the code that receives the messages of
/// <see cref="ITurnMessages"/>. Thread-safe.</summary>
public interface IDiscussionTurns
{
    /// <summary>Speaks the turn that a message is for, and sends the message for the turn after it. A message that
    /// arrives again does no harm: its turn is spoken once. Returns at once while another instance speaks, and if the
    /// discussion has ended or is gone.</summary>
    /// <param name="message">The contents of the message, as <see cref="ITurnMessages.SendAsync"/> got them.</param>
    /// <param name="cancellationToken">Stops at once. The turn is spoken anew when the message arrives again.</param>
    /// <exception cref="FormatException">The text is not a message of <see cref="ITurnMessages"/>.</exception>
    Task SpeakAsync(string message, CancellationToken cancellationToken = default);
}
