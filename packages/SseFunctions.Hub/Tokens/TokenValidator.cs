using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>Validates the tokens of one role, publishers or subscribers: format, algorithm, signature and claims.
/// Thread-safe.</summary>
internal sealed class TokenValidator : IDisposable
{
    private readonly RoleKeys _role;
    private readonly SignatureVerifier _signatures;
    private readonly ExpectedClaims _expected;
    private readonly TimeProvider _time;

    /// <summary>Creates the validator, and logs a warning for each setting that works but should be changed.</summary>
    /// <param name="role">The settings of the role. Without keys, every token is refused.</param>
    /// <param name="otherRole">The other role, for a better reason when a token is signed with its key; null if it has
    /// no keys.</param>
    /// <param name="time">The clock for the expiry of tokens.</param>
    /// <param name="logger">Receives warnings about weak keys, and about key sets that could not be fetched.</param>
    /// <param name="handler">Fetches key sets in tests, which dispose of it; null for the default handler.</param>
    /// <exception cref="ArgumentException">The keys have <see cref="KeyOptions.Problems"/>.</exception>
    public TokenValidator(
        RoleKeys role,
        RoleKeys? otherRole,
        TimeProvider time,
        ILogger<TokenValidator> logger,
        HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        if (role.Keys.Problems(role.Section).FirstOrDefault() is { } problem)
            throw new ArgumentException(problem, nameof(role));
        _role = role;
        _time = time;
        _signatures = new SignatureVerifier(role, otherRole, time, logger, handler);
        _expected = ExpectedClaims.Of(role);
    }

    /// <summary>Whether the role has keys. Without keys, no token is valid.</summary>
    public bool HasKeys => _role.Keys.IsSet;

    /// <summary>Validates a token. No content of the token causes an exception.</summary>
    /// <param name="jws">The token. It is untrusted.</param>
    /// <param name="cancellationToken">Cancels the wait for a key set, but not the fetch, which other requests
    /// share.</param>
    /// <exception cref="OperationCanceledException">The wait for a key set was canceled.</exception>
    public async ValueTask<TokenResult> ValidateAsync(CompactJws jws, CancellationToken cancellationToken)
    {
        if (await _signatures.RefuseAsync(jws, cancellationToken) is { } refused) return refused;
        // The claims are read only after the signature was verified: before, an attacker may have written them.
        var result = ClaimsReader.Read(jws.Payload, _expected, _time.GetUtcNow());
        _signatures.LogHint(result.Hint);
        return result;
    }

    /// <summary>Fetches the keys and computes a signature, so that the first request does not wait for
    /// either.</summary>
    internal Task WarmUpAsync() => HasKeys ? _signatures.WarmUpAsync() : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _signatures.Dispose();
}
