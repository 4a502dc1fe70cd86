namespace SseFunctions.Discussions;

/// <summary>How many tokens a model has read and written.</summary>
/// <param name="Input">The tokens of the prompts.</param>
/// <param name="Output">The tokens of the answers.</param>
public sealed record TokenUsage(long Input, long Output)
{
    /// <summary>Gets a usage without tokens.</summary>
    public static TokenUsage Zero { get; } = new(0, 0);

    /// <summary>Gets the sum of both numbers.</summary>
    internal long Total => Input + Output;

    /// <summary>Adds two usages.</summary>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new TokenUsage(left.Input + right.Input, left.Output + right.Output);
    }

    /// <summary>Adds two usages.</summary>
    public static TokenUsage Add(TokenUsage left, TokenUsage right) => left + right;
}
