using Microsoft.Extensions.AI;

namespace SseFunctions.Discussions.Participants;

/// <summary>What is known of a model's answer so far. Not thread-safe.</summary>
internal sealed class ModelAnswer
{
    private (long Input, long Output) _tokens;
    private (long Input, long Output) _lastTold;

    /// <summary>Gets whether the model has said why its answer ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Gets why the answer ended: <see cref="TurnRequest.Stop"/> unless the model has said something else.
    /// </summary>
    public string Finish { get; private set; } = TurnRequest.Stop;

    /// <summary>Gets the number of UTF-16 units of the words.</summary>
    public int Length { get; private set; }

    /// <summary>Gets how many tokens the model read; null if the model has not said.</summary>
    public long? Input => Known(_tokens.Input);

    /// <summary>Gets how many tokens the model wrote; null if the model has not said.</summary>
    public long? Output => Known(_tokens.Output);

    /// <summary>Takes the next part of the answer and returns its words, which may be empty.</summary>
    public string Take(ChatResponseUpdate update)
    {
        foreach (var usage in update.Contents.OfType<UsageContent>())
            Count((usage.Details.InputTokenCount ?? 0, usage.Details.OutputTokenCount ?? 0));
        if (update.FinishReason is { } reason)
        {
            HasEnded = true;
            Finish = FinishOf(reason);
        }
        var text = update.Text;
        Length += text.Length;
        return text;
    }

    // A client of Microsoft.Extensions.AI tells additional tokens: if it calls functions, those of each call of the
    // model. But many servers that speak like OpenAI send the tokens until then with each piece. Such a report repeats
    // the tokens that were read. A further call of the model reads more.
    private void Count((long Input, long Output) told)
    {
        var isRepeated = told.Input > 0 && told.Input == _lastTold.Input && told.Output >= _lastTold.Output;
        var known = isRepeated ? _lastTold : default;
        _tokens = (_tokens.Input + told.Input - known.Input, _tokens.Output + told.Output - known.Output);
        _lastTold = told;
    }

    // Some servers report zeros.
    private static long? Known(long tokens) => tokens > 0 ? tokens : null;

    private static string FinishOf(ChatFinishReason reason)
    {
        if (reason == ChatFinishReason.Length) return TurnRequest.Length;
        return reason == ChatFinishReason.ContentFilter ? TurnRequest.ContentFilter : TurnRequest.Stop;
    }
}
