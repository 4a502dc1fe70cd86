using SseFunctions.Discussions.Running;

namespace SseFunctions.Discussions.Answers;

/// <summary>Speaks the only turn of an answer: the text that an app generates.</summary>
/// <param name="generate">See <see cref="IParticipant.SpeakAsync"/>.</param>
internal sealed class GeneratedVoice(Func<TurnRequest, CancellationToken, IAsyncEnumerable<string>> generate)
    : IVoices, IParticipant
{
    /// <summary>The only participant.</summary>
    public static readonly Participant Speaker = new("1", "AI");

    /// <summary>One turn, without a limit of tokens or time.</summary>
    public static readonly DiscussionLimits Limits = new(1, long.MaxValue, int.MaxValue);

    /// <inheritdoc/>
    public bool IsLimited => false;

    /// <inheritdoc/>
    public IParticipant? Find(Participant participant) => this;

    /// <inheritdoc/>
    public bool IsPaid(IParticipant voice) => false;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> SpeakAsync(TurnRequest turn, CancellationToken cancellationToken) =>
        generate(turn, cancellationToken);
}
