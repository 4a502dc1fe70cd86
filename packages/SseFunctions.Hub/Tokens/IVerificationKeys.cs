namespace SseFunctions.Hub.Tokens;

/// <summary>The keys that a role's tokens may be signed with. Thread-safe.</summary>
internal interface IVerificationKeys
{
    /// <summary>The keys to try on a token that names this key, or none (null). Throws nothing but cancellation.
    /// </summary>
    ValueTask<KeysFound> FindAsync(string? keyId, CancellationToken cancellationToken);
}
