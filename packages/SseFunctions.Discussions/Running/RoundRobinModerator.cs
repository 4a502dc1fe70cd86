namespace SseFunctions.Discussions.Running;

/// <summary>Lets the participants speak one after the other, in their order.</summary>
internal sealed class RoundRobinModerator : IModerator
{
    /// <inheritdoc/>
    public ValueTask<Participant?> NextAsync(Transcript transcript, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Participant?>(
            transcript.Participants[transcript.Turns.Count % transcript.Participants.Count]);
}
