using Microsoft.Extensions.AI;

namespace SseFunctions.Discussions.Participants;

/// <summary>What is known of a model's answer so far. Not thread-safe.</summary>
internal sealed class ModelAnswer
{
    private UsageDetails? _usage;

    /// <summary>Gets whether the model has said why its answer ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Gets why the answer ended: <see cref="TurnRequest.Stop"/> unless the model has said something else.
    /// </summary>
    public string Finish { get; private set; } = TurnRequest.Stop;

    /// <summary>Gets the number of UTF-16 units of the words.</summary>
    public int Length { get; private set; }

    /// <summary>Gets how many tokens the model read; null if the model has not said.</summary>
    public long? Input => Known(_usage?.InputTokenCount);

    /// <summary>Gets how many tokens the model wrote; null if the model has not said.</summary>
    public long? Output => Known(_usage?.OutputTokenCount);

    /// <summary>Takes the next part of the answer and returns its words, which may be empty.</summary>
    public string Take(ChatResponseUpdate update)
    {
        // An answer with calls of functions reports the tokens of each call of the model.
        foreach (var usage in update.Contents.OfType<UsageContent>()) (_usage ??= new()).Add(usage.Details);
        if (update.FinishReason is { } reason)
        {
            HasEnded = true;
            Finish = FinishOf(reason);
        }
        var text = update.Text;
        Length += text.Length;
        return text;
    }

    // Some servers report zeros.
    private static long? Known(long? tokens) => tokens > 0 ? tokens : null;

    private static string FinishOf(ChatFinishReason reason)
    {
        if (reason == ChatFinishReason.Length) return TurnRequest.Length;
        return reason == ChatFinishReason.ContentFilter ? TurnRequest.ContentFilter : TurnRequest.Stop;
    }
}
