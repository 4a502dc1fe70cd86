namespace SseFunctions.Discussions;

/// <summary>Says the words of a participant. Thread-safe: several discussions may ask at the same time.</summary>
public interface IParticipant
{
    /// <summary>Speaks one turn.</summary>
    /// <param name="turn">What was said before, and who speaks now. Before the sequence ends, the participant reports
    /// there why the turn ended and how many tokens it took.</param>
    /// <param name="cancellationToken">Is canceled when nobody needs the words any more, because the discussion was
    /// canceled or the participant was silent for too long. A call of a model must be aborted then.</param>
    /// <returns>The words in pieces of any size, as they are generated. The turn's text is the pieces put
    /// together.</returns>
    /// <exception cref="ParticipantException">The participant cannot speak. Any other exception counts as
    /// <see cref="ParticipantException.ProviderError"/>.</exception>
    IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken);
}
