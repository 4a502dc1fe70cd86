namespace SseFunctions.Hub.Tokens;

/// <summary>Validates what requests present to one role, publishers or subscribers: each token by the rules of the
/// version of the Mercure protocol to which it belongs. The <c>typ</c> in its header shows that. Thread-safe.</summary>
/// <param name="tokens">Validates tokens of 0.x; null if the hub does not speak 0.x.</param>
/// <param name="accessTokens">Validates tokens of 1.0; null if the hub does not speak 1.0.</param>
internal sealed class RoleValidator(TokenValidator? tokens, AccessTokenValidator? accessTokens)
{
    private const string Dialects = "Hub:Dialects";

    /// <summary>Whether there are keys. Without keys, no token is valid.</summary>
    public bool HasKeys => tokens is { HasKeys: true } || accessTokens is { HasIssuers: true };

    /// <summary>Validates what a request presented. No content of the request causes an exception.</summary>
    /// <param name="token">The token. It is untrusted.</param>
    /// <param name="resourceId">The value that <c>aud</c> of a token of 1.0 must be or contain.</param>
    /// <param name="cancellationToken">Cancels the wait for a key set, but not the fetch, which other requests
    /// share.</param>
    /// <exception cref="OperationCanceledException">The wait for a key set was canceled.</exception>
    public async ValueTask<TokenResult> ValidateAsync(
        PresentedToken token, string resourceId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Unusable is { } why)
        {
            // Only 0.x has a query parameter for tokens.
            var dialect = token.Source == TokenSource.Query && tokens is not null
                ? TokenDialect.V0
                : TokenDialect.Unknown;
            return TokenResult.Refused(why).With(
                dialect, token.IsOtherScheme ? TokenFault.OtherScheme : TokenFault.Presentation);
        }
        if (CompactJws.Read(token.Token, out var reason) is not { } jws) return TokenResult.Refused(reason);
        return jws.IsAccessToken
            ? await AccessTokenAsync(jws, token.Source, resourceId, cancellationToken)
            : await TokenAsync(jws, cancellationToken);
    }

    private async ValueTask<TokenResult> AccessTokenAsync(
        CompactJws jws, TokenSource source, string resourceId, CancellationToken cancellationToken)
    {
        if (accessTokens is null)
        {
            return TokenResult.Refused(
                $"it is a token of Mercure 1.0 (typ), and {Dialects} does not contain {TokenDialects.V1}")
                .With(TokenDialect.V1, TokenFault.Token);
        }
        // Logs and browser histories contain URLs, so RFC 9700, section 4.3.2 forbids tokens in URLs.
        if (source == TokenSource.Query)
        {
            return TokenResult.Refused("it is a token of Mercure 1.0 (typ), which must not be in the URL")
                .With(TokenDialect.V1, TokenFault.Presentation);
        }
        var result = await accessTokens.ValidateAsync(jws, resourceId, cancellationToken);
        return result.With(TokenDialect.V1, TokenFault.Token);
    }

    private async ValueTask<TokenResult> TokenAsync(CompactJws jws, CancellationToken cancellationToken)
    {
        if (tokens is not null)
            return (await tokens.ValidateAsync(jws, cancellationToken)).With(TokenDialect.V0, TokenFault.Token);
        return TokenResult.Refused(
            $"its typ is not at+jwt, so it is a token of Mercure 0.x, and {Dialects} does not contain "
            + TokenDialects.V0);
    }
}
