using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.Tokens;

/// <summary>Validates tokens of Mercure 1.0, which are access tokens (RFC 9068) of trusted issuers, for publishers and
/// subscribers. Thread-safe.</summary>
internal sealed class AccessTokenValidator : IDisposable
{
    private const string Issuers = "Hub:Issuers";

    private readonly Dictionary<string, Issuer> _issuers = new(StringComparer.Ordinal);
    private readonly AuthorizationDetailsReader _details;
    private readonly string _audienceSetting;
    private readonly TimeProvider _time;

    /// <summary>Creates the validator, and logs a warning for each setting that works but should be changed.</summary>
    /// <param name="issuers">The trusted issuers, without problems in their settings. Without issuers, every token is
    /// refused.</param>
    /// <param name="audienceSetting">What reasons call the setting of the resource id.</param>
    /// <param name="urlPatternProblem">Returns why a text is not a valid URL pattern, as the rest of a sentence about
    /// the text; null for a valid one.</param>
    /// <param name="time">The clock for the expiry of tokens.</param>
    /// <param name="logger">Receives warnings about weak keys, and about key sets that could not be fetched.</param>
    /// <param name="handler">Fetches key sets in tests, which dispose of it; null for the default handler.</param>
    public AccessTokenValidator(
        IEnumerable<RoleKeys> issuers,
        string audienceSetting,
        Func<string, string?> urlPatternProblem,
        TimeProvider time,
        ILogger logger,
        HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(issuers);
        _details = new AuthorizationDetailsReader(urlPatternProblem);
        _audienceSetting = audienceSetting;
        _time = time;
        foreach (var keys in issuers)
        {
            var verifier = new SignatureVerifier(keys, otherRole: null, time, logger, handler);
            _issuers.Add(keys.Keys.Issuer ?? "", new Issuer(keys.Section, verifier));
        }
    }

    /// <summary>Whether there is a trusted issuer. Without one, no token is valid.</summary>
    public bool HasIssuers => _issuers.Count > 0;

    /// <summary>Validates a token. No content of the token causes an exception.</summary>
    /// <param name="jws">A token whose <c>typ</c> says that it is an access token. It is untrusted.</param>
    /// <param name="resourceId">The value that <c>aud</c> must be or contain; the comparison is exact.</param>
    /// <param name="cancellationToken">Cancels the wait for a key set, but not the fetch, which other requests
    /// share.</param>
    /// <exception cref="OperationCanceledException">The wait for a key set was canceled.</exception>
    public async ValueTask<TokenResult> ValidateAsync(
        CompactJws jws, string resourceId, CancellationToken cancellationToken)
    {
        if (!HasIssuers)
            return TokenResult.Refused($"it is a token of Mercure 1.0 (typ), and {Issuers} names no trusted issuer");
        using var json = UntrustedJson.Read(jws.Payload, out var problem);
        if (json is null) return TokenResult.Refused($"its payload {problem}");
        var claims = json.RootElement;
        if (claims.ValueKind != JsonValueKind.Object) return TokenResult.Refused("its payload is not a JSON object");

        // The issuer selects the keys, so it is read before the signature is verified. An attacker who names another
        // issuer needs a key of that issuer.
        if (Trusted(claims, out var notTrusted) is not { } issuer) return TokenResult.Refused(notTrusted);
        if (await issuer.Verifier.RefuseAsync(jws, cancellationToken) is { } refused) return refused;

        var expected = new ExpectedClaims(null, issuer.Section, resourceId, _audienceSetting)
        {
            NeedsExpiration = true,
        };
        var registered = RegisteredClaims.Judge(claims, expected, _time.GetUtcNow());
        if (registered.Problem is { } reason) return TokenResult.Refused(reason);
        if (_details.Read(claims, out var details) is { } badDetails) return TokenResult.Refused(badDetails);
        issuer.Verifier.LogHint(registered.Hint);
        return TokenResult.Valid(
            new TokenClaims { IsAccessToken = true, Details = details, Expires = registered.Expires }, registered.Hint);
    }

    /// <summary>Fetches the keys of each issuer and computes a signature, so that the first request does not wait for
    /// either.</summary>
    public Task WarmUpAsync() => Task.WhenAll(_issuers.Values.Select(issuer => issuer.Verifier.WarmUpAsync()));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var issuer in _issuers.Values) issuer.Verifier.Dispose();
    }

    // Returns the issuer that the token names; null, with the problem, if the hub does not trust it.
    private Issuer? Trusted(JsonElement claims, out string problem)
    {
        const string iss = RegisteredClaims.Issuer;
        problem = $"it does not name its issuer ({iss}), which a token of Mercure 1.0 must do";
        if (!claims.TryGetProperty(iss, out var value)) return null;
        problem = $"its claim {iss} is not a valid Unicode string";
        if (UntrustedJson.Text(value) is not { } name) return null;
        if (_issuers.TryGetValue(name, out var issuer)) return issuer;
        var hint = _issuers.Keys.Select(trusted => RegisteredClaims.NearMiss([name], trusted))
            .FirstOrDefault(text => text.Length > 0);
        problem = $"its issuer is {RegisteredClaims.Quoted(name)} ({iss}), which no entry of {Issuers} names{hint}";
        return null;
    }

    /// <summary>An issuer whose tokens are valid.</summary>
    /// <param name="Section">Its section, such as <c>Hub:Issuers:0</c>.</param>
    /// <param name="Verifier">Verifies its signatures.</param>
    private sealed record Issuer(string Section, SignatureVerifier Verifier);
}
