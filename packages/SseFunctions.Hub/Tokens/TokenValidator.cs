using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>Judges the tokens of one role, publishers or subscribers. One a process and role. Thread-safe.</summary>
internal sealed partial class TokenValidator : IDisposable
{
    private readonly RoleKeys _role;
    private readonly IVerificationKeys _keys;
    private readonly Lazy<SignatureHints> _hints;
    private readonly ExpectedClaims _expected;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _hasHinted;

    /// <summary>Warns once, when made, of what works but should be changed.</summary>
    /// <param name="role">The role's keys; with none set, every token is refused.</param>
    /// <param name="otherRole">Only for better reasons, when a token is signed with its key: the other role, or null if
    /// there is none with a key of its own.</param>
    /// <param name="time">What tells whether a token is over.</param>
    /// <param name="logger">Told of weak keys, and of key sets that could not be fetched.</param>
    /// <param name="handler">What fetches key sets, for tests, which dispose of it; null for the usual.</param>
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
        _logger = logger;
        _keys = role.Keys.JwksUri is { } uri
            ? new JwksKeys(role, uri, time, logger, handler)
            : new ConfiguredKeys(role);
        _expected = ExpectedClaims.Of(role);
        _hints = new Lazy<SignatureHints>(() => new SignatureHints(role, otherRole));
        foreach (var warning in role.Keys.Warnings(role.Section)) LogWeak(warning);
    }

    /// <summary>Whether there is a key, without which no token is valid.</summary>
    public bool HasKeys => _role.Keys.IsSet;

    /// <summary>Judges what a request presented.</summary>
    public ValueTask<TokenResult> ValidateAsync(PresentedToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Unusable is { } why
            ? new(TokenResult.Refused(why))
            : ValidateAsync(token.Token, cancellationToken);
    }

    /// <summary>Judges a token. Whatever it holds, the only exception is cancellation, while keys are
    /// fetched.</summary>
    /// <param name="token">Untrusted: a JSON Web Signature in compact form (RFC 7515).</param>
    /// <param name="cancellationToken">Ends the waiting for a key set, not its fetching.</param>
    /// <exception cref="OperationCanceledException">The cancellation token asked for it.</exception>
    public async ValueTask<TokenResult> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        var jws = CompactJws.Read(token, out var reason);
        if (jws is null) return TokenResult.Refused(reason);
        if (AlgorithmProblem(jws.Algorithm) is { } problem) return TokenResult.Refused(problem);

        var found = await _keys.FindAsync(jws.KeyId, cancellationToken);
        if (found.Problem is not null) return TokenResult.Refused(found.Problem, found.Unavailable);
        foreach (var key in found.Keys)
        {
            // Nothing of the claims is read before: what is not signed says nothing.
            if (!key.Verifies(jws)) continue;
            var result = ClaimsReader.Read(jws.Payload, _expected, _time.GetUtcNow());
            // Once: all tokens of the same maker have the same fault, and each request could bring one.
            if (result.Hint is { } hint && Interlocked.Exchange(ref _hasHinted, 1) == 0) LogHint(_role.Section, hint);
            return result;
        }
        return TokenResult.Refused($"its signature does not fit {found.Name}{_hints.Value.For(jws)}");
    }

    /// <summary>Judges a token that says that it is signed as it should be, and is not: so keys are fetched, and a
    /// signature is computed, before anyone waits for it.</summary>
    internal async Task WarmUpAsync()
    {
        if (!HasKeys) return;
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{_role.Keys.Algorithm}\"}}"));
        await ValidateAsync($"{header}.e30.AAAA", CancellationToken.None);
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

    [LoggerMessage(1, LogLevel.Warning, "{Warning}")]
    private partial void LogWeak(string warning);

    [LoggerMessage(4, LogLevel.Warning, "A token of {Section} was accepted, but {Hint}. This is logged only once")]
    private partial void LogHint(string section, string hint);
}
