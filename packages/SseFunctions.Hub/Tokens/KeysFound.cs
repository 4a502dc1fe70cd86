namespace SseFunctions.Hub.Tokens;

/// <summary>The keys that a token may be signed with, or why there are none.</summary>
/// <param name="Keys">At least one key; empty if there is a problem.</param>
/// <param name="Name">The name of the keys in log messages.</param>
/// <param name="Problem">Why there are no keys, for the log; null if there are keys.</param>
/// <param name="Unavailable">Whether the keys could not be fetched now, so that a later request may find them.</param>
internal readonly record struct KeysFound(
    IReadOnlyList<VerificationKey> Keys, string Name, string? Problem = null, bool Unavailable = false)
{
    /// <summary>The largest number of keys that are tried on one token. Each costs time, even if the token is
    /// refused.</summary>
    public const int MaxTries = 10;

    public static KeysFound None(string problem, bool unavailable = false) => new([], "", problem, unavailable);
}
