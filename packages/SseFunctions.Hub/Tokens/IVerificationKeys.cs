namespace SseFunctions.Hub.Tokens;

/// <summary>The keys that verify the tokens of one role. Thread-safe.</summary>
internal interface IVerificationKeys
{
    /// <summary>Finds the keys that a token may be signed with. Reports failures in the result, and throws only
    /// <see cref="OperationCanceledException"/>.</summary>
    /// <param name="keyId">The <c>kid</c> of the token; null if the token names no key.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    ValueTask<KeysFound> FindAsync(string? keyId, CancellationToken cancellationToken);
}
