namespace SseFunctions.Hub.Tokens;

/// <summary>The keys to try on a token, or why there are none.</summary>
/// <param name="Keys">At least one, or none if there is a problem.</param>
/// <param name="Name">What the keys are called in a reason.</param>
/// <param name="Problem">Why there are none, as a reason for the log; null if there are some.</param>
/// <param name="Unavailable">Whether they could only not be had just now.</param>
internal readonly record struct KeysFound(
    IReadOnlyList<VerificationKey> Keys, string Name, string? Problem = null, bool Unavailable = false)
{
    /// <summary>The most keys that are tried on one token: each costs time, also for a token that is refused.</summary>
    public const int MaxTries = 10;

    public static KeysFound None(string problem, bool unavailable = false) => new([], "", problem, unavailable);
}
