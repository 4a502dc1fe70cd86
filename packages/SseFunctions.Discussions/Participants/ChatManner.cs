namespace SseFunctions.Discussions.Participants;

/// <summary>How a <see cref="ChatParticipant"/> asks its model.</summary>
/// <param name="WindowTurns">How many earlier turns the model reads at most.</param>
/// <param name="WindowLength">How many UTF-16 units of earlier turns the model reads at most.</param>
/// <param name="Temperature">How random the words are, from 0 to 2; null: the model's own default.</param>
internal sealed record ChatManner(int WindowTurns, int WindowLength, float? Temperature)
{
    /// <summary>Gets the key of the model's server, which no message of an exception may contain; null: none.</summary>
    public string? Secret { get; init; }

    /// <summary>Gets whether an answer without a reason why it ended was broken off. Servers that speak like OpenAI
    /// always give the reason. Default true.</summary>
    public bool NeedsFinishReason { get; init; } = true;

    /// <summary>Returns the manner of the settings.</summary>
    public static ChatManner Of(DiscussionOptions options) =>
        new(options.WindowTurns, options.WindowLength, options.Temperature);

    /// <inheritdoc/>
    public override string ToString() => nameof(ChatManner);
}
