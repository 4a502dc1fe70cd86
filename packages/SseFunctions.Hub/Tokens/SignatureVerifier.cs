using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>Verifies the signatures of tokens with the keys of one section of the settings, and with its one algorithm.
/// Logs a warning for each weak key, and for tokens that are suspicious although they are valid. Thread-safe.</summary>
internal sealed partial class SignatureVerifier : IDisposable
{
    private readonly RoleKeys _role;
    private readonly IVerificationKeys _keys;
    private readonly Lazy<SignatureHints> _hints;
    private readonly ILogger _logger;
    private int _hasLoggedHint;

    /// <param name="role">The keys, without <see cref="KeyOptions.Problems"/>.</param>
    /// <param name="otherRole">The other role, for a better reason when a token is signed with its key; null if it has
    /// no keys.</param>
    /// <param name="time">The clock for the age of key sets.</param>
    /// <param name="logger">Receives the warnings, and the reason when a key set could not be fetched.</param>
    /// <param name="handler">Fetches key sets in tests, which dispose of it; null for the default handler.</param>
    public SignatureVerifier(
        RoleKeys role, RoleKeys? otherRole, TimeProvider time, ILogger logger, HttpMessageHandler? handler)
    {
        _role = role;
        _keys = role.Keys.JwksUri is { } uri
            ? new JwksKeys(role, uri, time, logger, handler)
            : new ConfiguredKeys(role);
        _hints = new Lazy<SignatureHints>(() => new SignatureHints(role, otherRole));
        _logger = logger;
        foreach (var warning in role.Keys.Warnings(role.Section)) LogWeak(warning);
    }

    /// <summary>Verifies a token's signature.</summary>
    /// <returns>The refusal; null if the signature is valid.</returns>
    /// <exception cref="OperationCanceledException">The wait for a key set was canceled.</exception>
    public async ValueTask<TokenResult?> RefuseAsync(CompactJws jws, CancellationToken cancellationToken)
    {
        if (AlgorithmProblem(jws.Algorithm) is { } problem) return TokenResult.Refused(problem);
        var found = await _keys.FindAsync(jws.KeyId, cancellationToken);
        if (found.Problem is not null) return TokenResult.Refused(found.Problem, found.Unavailable);
        return found.Keys.Any(key => key.Verifies(jws))
            ? null
            : TokenResult.Refused($"its signature does not match {found.Name}{_hints.Value.For(jws)}");
    }

    /// <summary>Logs what is suspicious about a token that was accepted. Only the first hint is logged: all tokens of
    /// an issuer have the same fault, and every request may have such a token.</summary>
    /// <param name="hint">The hint (<see cref="TokenResult.Hint"/>); null if nothing is suspicious.</param>
    public void LogHint(string? hint)
    {
        if (hint is not null && Interlocked.Exchange(ref _hasLoggedHint, 1) == 0) LogHint(_role.Section, hint);
    }

    /// <summary>Verifies a wrong signature. This fetches the keys and computes a signature, so that the first request
    /// does not wait for either.</summary>
    public async Task WarmUpAsync()
    {
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{_role.Keys.Algorithm}\"}}"));
        if (CompactJws.Read($"{header}.e30.AAAA", out _) is { } jws) await RefuseAsync(jws, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => (_keys as IDisposable)?.Dispose();

    private string? AlgorithmProblem(string algorithm)
    {
        var wanted = $"{_role.Section}:{nameof(KeyOptions.Algorithm)} is {_role.Keys.Algorithm}";
        if (algorithm == _role.Keys.Algorithm) return null;
        return string.Equals(algorithm, "none", StringComparison.OrdinalIgnoreCase)
            ? $"it is not signed (its alg is none), but {wanted}"
            : $"it is signed with {CompactJws.Shown(algorithm)}, but {wanted}";
    }
    [LoggerMessage(122, LogLevel.Warning, "{Warning}")]
    private partial void LogWeak(string warning);

    [LoggerMessage(123, LogLevel.Warning, "A token of {Section} was accepted, but {Hint}. This is logged only once")]
    private partial void LogHint(string section, string hint);
}
