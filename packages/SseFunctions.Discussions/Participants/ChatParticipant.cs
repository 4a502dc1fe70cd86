using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SseFunctions.Discussions.Participants;

/// <summary>A participant whose words a model generates.</summary>
/// <param name="client">The client of the model. It must not repeat failed calls itself.</param>
/// <param name="manner">How the model is asked.</param>
internal sealed class ChatParticipant(IChatClient client, ChatManner manner) : IParticipant
{
    // For servers that do not say how many tokens an answer took.
    private const int UnitsPerToken = 4;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return Speak(turn, cancellationToken);
    }

    private async IAsyncEnumerable<string> Speak(
        TurnRequest turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = ChatPrompt.Of(turn, manner);
        var options = new ChatOptions { MaxOutputTokens = turn.MaxTokens, Temperature = manner.Temperature };
        var answer = new ModelAnswer();
        var prefix = new NamePrefix(turn.Speaker.Name);
        var read = Estimate(messages.Sum(message => message.Text.Length));
        // Not only at the end: an attempt that is broken off costs tokens too, and its client may ignore the token.
        Report();
        var updates = ModelUpdates.ReadAsync(
            client.GetStreamingResponseAsync(messages, options, cancellationToken), manner.Secret, cancellationToken);
        await foreach (var update in updates)
        {
            var words = answer.Take(update);
            Report();
            // An update without words is a sign of life too, for example while a model thinks.
            yield return words.Length > 0 ? prefix.Append(words) : "";
        }
        if (prefix.Complete() is { Length: > 0 } rest) yield return rest;
        if (manner.NeedsFinishReason && !answer.HasEnded)
        {
            throw new ParticipantException(
                ParticipantException.ProviderError, "The answer of the model broke off: it has no finish reason.");
        }
        if (!prefix.HasWords)
            throw new ParticipantException(ParticipantException.NoWords, "The model ended its answer without a word.");

        void Report() => turn.Report(
            answer.Finish, new TokenUsage(answer.Input ?? read, answer.Output ?? Estimate(answer.Length)));
    }

    private static long Estimate(int length) => (length + UnitsPerToken - 1) / UnitsPerToken;
}
