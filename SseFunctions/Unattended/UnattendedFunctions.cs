using Microsoft.Azure.Functions.Worker;
using SseFunctions.Discussions;

namespace SseFunctions.Unattended;

/// <summary>Speaks the turns of unattended discussions: one message of the queue is one turn, so no execution is longer
/// than a turn.</summary>
public sealed class UnattendedFunctions(IDiscussionTurns turns)
{
    /// <summary>The name of the queue.</summary>
    public const string Queue = "discussion-turns";

    /// <summary>Speaks the turn that the message is for.</summary>
    [Function("UnattendedTurn")]
    public Task Speak(
        [QueueTrigger(Queue)] string message, CancellationToken cancellationToken) =>
        turns.SpeakAsync(message, cancellationToken);
}
