namespace SseFunctions.Discussions;

/// <summary>A participant cannot speak. Viewers are told <see cref="Reason"/> and nothing else; the log has the
/// exception.</summary>
public sealed class ParticipantException : Exception
{
    /// <summary>The model failed, or sent something that is not an answer.</summary>
    public const string ProviderError = "provider_error";

    /// <summary>The model's server refused the key or the identity. Another attempt would fail too.</summary>
    public const string ProviderRefused = "provider_refused";

    /// <summary>The model's server has too much to do, or the app has used up its quota there.</summary>
    public const string ProviderBusy = "provider_busy";

    /// <summary>The model sent nothing for longer than <see cref="DiscussionOptions.ModelSilence"/>.</summary>
    public const string Silence = "silence";

    /// <summary>The model ended its answer without a word.</summary>
    public const string NoWords = "no_words";

    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What viewers are told: one of the constants of this class.</param>
    /// <param name="message">What the log says.</param>
    /// <param name="innerException">The exception of the model's client; null if there is none.</param>
    public ParticipantException(string reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Gets what viewers are told.</summary>
    public string Reason { get; }

    /// <summary>Gets whether another attempt may succeed. Default true.</summary>
    public bool IsTransient { get; init; } = true;

    /// <summary>Gets how long the model's server wants clients to wait before another attempt; null if it does not
    /// say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
