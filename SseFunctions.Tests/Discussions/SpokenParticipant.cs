using SseFunctions.Discussions;

namespace SseFunctions.Tests.Discussions;

/// <summary>A participant of an app's own code whose words a test decides.</summary>
internal sealed class SpokenParticipant(Func<TurnRequest, CancellationToken, IAsyncEnumerable<string>> speak)
    : IParticipant
{
    /// <summary>Says the same words in each turn.</summary>
    public static NamedParticipant Saying(string name, params string[] words) =>
        new(name, new SpokenParticipant((_, _) => words.ToAsyncEnumerable()));

    public IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken) =>
        speak(turn, cancellationToken);
}
