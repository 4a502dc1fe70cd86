using System.Runtime.CompilerServices;
using SseFunctions.Discussions;

namespace SseFunctions.Tests.Discussions;

/// <summary>A participant of an app's own code whose words a test decides.</summary>
internal sealed class SpokenParticipant(Func<TurnRequest, CancellationToken, IAsyncEnumerable<string>> speak)
    : IParticipant
{
    /// <summary>Says the same words in each turn.</summary>
    public static NamedParticipant Saying(string name, params string[] words) =>
        new(name, new SpokenParticipant((_, _) => words.ToAsyncEnumerable()));

    /// <summary>Says two pieces in each turn. In turn <paramref name="turn"/>, it waits for <paramref name="goOn"/>
    /// before the second piece.</summary>
    public static NamedParticipant Halting(int turn, Task goOn)
    {
        return new("halting", new SpokenParticipant(Words));

        async IAsyncEnumerable<string> Words(TurnRequest request, [EnumeratorCancellation] CancellationToken stop)
        {
            yield return $"The first words of turn {request.Number} ";
            if (request.Number == turn) await goOn.WaitAsync(stop);
            yield return "and the last.";
        }
    }

    public IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken) =>
        speak(turn, cancellationToken);
}
