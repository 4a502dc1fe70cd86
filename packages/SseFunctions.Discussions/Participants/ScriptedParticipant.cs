using System.Runtime.CompilerServices;
using SseFunctions.Discussions.Text;

namespace SseFunctions.Discussions.Participants;

/// <summary>A participant without a model: speaks about any topic, word by word, in sentences from a script. The same
/// turn of the same discussion always has the same words, whatever the attempt and the instance.</summary>
/// <remarks>Its usage is the number of its words, and nothing read.</remarks>
internal sealed class ScriptedParticipant(ScriptedOptions options, TimeProvider time) : IParticipant
{
    /// <inheritdoc/>
    public IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return Speak(turn, cancellationToken);
    }

    private async IAsyncEnumerable<string> Speak(
        TurnRequest turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var words = Words(CleanText.Of(ScriptWriter.Write(turn)));
        var count = Math.Min(words.Count, turn.MaxTokens);
        if (options.WordDelay <= TimeSpan.Zero)
        {
            Report(count);
            yield return string.Concat(words.Take(count));
            yield break;
        }
        for (var index = 0; index < count; index++)
        {
            if (index > 0) await Task.Delay(options.WordDelay, time, cancellationToken);
            Report(index + 1);
            yield return words[index];
        }

        void Report(int said) => turn.Report(
            count < words.Count ? TurnRequest.Length : TurnRequest.Stop, new TokenUsage(0, said));
    }

    // Each word with the white space before it, so that the last word ends the text.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var start = 0;
        for (var index = 1; index < text.Length; index++)
        {
            if (!char.IsWhiteSpace(text[index]) || char.IsWhiteSpace(text[index - 1])) continue;
            words.Add(text[start..index]);
            start = index;
        }
        words.Add(text[start..]);
        return words;
    }
}
