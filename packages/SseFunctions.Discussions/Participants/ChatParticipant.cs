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
        var answer = new Answer(messages.Sum(message => message.Text.Length));
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
            turn.Report(answer.IsCutOff ? TurnRequest.Length : TurnRequest.Stop, answer.Usage);
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

    // What is known of an answer so far.
    private sealed class Answer(int inputLength)
    {
        private UsageDetails? _usage;
        private int _length;

        public bool HasEnded { get; private set; }

        public bool IsCutOff { get; private set; }

        // Some servers report zeros.
        public TokenUsage Usage => new(
            _usage?.InputTokenCount is > 0 and var read ? read : Estimate(inputLength),
            _usage?.OutputTokenCount is > 0 and var written ? written : Estimate(_length));

        public string Take(ChatResponseUpdate update)
        {
            foreach (var usage in update.Contents.OfType<UsageContent>())
            {
                if (_usage is null) _usage = usage.Details;
                else _usage.Add(usage.Details);
            }
            if (update.FinishReason is { } reason)
            {
                HasEnded = true;
                IsCutOff = reason == ChatFinishReason.Length;
            }
            var text = update.Text;
            _length += text.Length;
            return text;
        }

        private static long Estimate(int length) => (length + UnitsPerToken - 1) / UnitsPerToken;
    }
}
