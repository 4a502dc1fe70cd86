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
        try
        {
            await using var updates = client.GetStreamingResponseAsync(messages, options, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (await Next(updates, cancellationToken))
            {
                // An update without words is a sign of life too, for example while a model thinks.
                yield return answer.Take(updates.Current) is { Length: > 0 } words ? prefix.Append(words) : "";
            }
            if (prefix.Complete() is { Length: > 0 } rest) yield return rest;
        }
        finally
        {
            // Also after a failure, because the words of a broken attempt cost tokens too.
            turn.Report(answer.Finish, new TokenUsage(
                answer.Input ?? Estimate(messages.Sum(message => message.Text.Length)),
                answer.Output ?? Estimate(answer.Length)));
        }
        if (manner.NeedsFinishReason && !answer.HasEnded)
        {
            throw new ParticipantException(
                ParticipantException.ProviderError, "The answer of the model broke off: it has no finish reason.");
        }
        if (!prefix.HasWords)
            throw new ParticipantException(ParticipantException.NoWords, "The model ended its answer without a word.");
    }

    private async Task<bool> Next(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ChatErrors.Of(exception, manner.Secret);
        }
    }

    private static long Estimate(int length) => (length + UnitsPerToken - 1) / UnitsPerToken;
}
