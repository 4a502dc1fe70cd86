using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub.Protocol;

/// <summary>Makes the answers to requests that are refused because of their token: it is missing, it is refused, or it
/// lacks a right. Thread-safe.</summary>
/// <remarks>A client of Mercure 1.0 also gets an error code in the header <c>WWW-Authenticate</c> (RFC 6750, section
/// 3.1). A client of 0.x gets no error code.</remarks>
/// <param name="speaksV1">Whether the hub speaks Mercure 1.0.</param>
/// <param name="hasMetadata">Whether the hub has metadata: only if a token of 1.0 can be valid. The challenges then
/// contain the address of the metadata.</param>
internal sealed class TokenProblems(bool speaksV1, bool hasMetadata)
{
    private const string OneHeader = "Send one Authorization header: Bearer, a space and the token.";
    private const string NotInUrl = "Send the token in the Authorization header or in the cookie, not in the URL.";

    private readonly BearerChallenge _withoutError = new(null, hasMetadata);

    /// <summary>The answer to a request without a token.</summary>
    public HubProblem NoToken => new(HubProblem.Unauthorized, "Send a token.")
    {
        Challenge = hasMetadata ? _withoutError : null,
    };

    /// <summary>Returns the answer to a publication with a valid token in a cookie, by a page whose origin may not
    /// publish.</summary>
    public HubProblem ForeignOrigin(TokenClaims claims)
    {
        const string title = "This page may not publish with the cookie: its origin is not allowed.";
        return claims.IsAccessToken
            ? new HubProblem(HubProblem.BadRequest, title) { Challenge = Challenge(BearerChallenge.InvalidRequest) }
            : new HubProblem(HubProblem.Forbidden, title);
    }

    /// <summary>Returns the answer to a request whose valid token lacks a right.</summary>
    public HubProblem MissingRight(TokenClaims claims, string title) => new(HubProblem.Forbidden, title)
    {
        Challenge = claims.IsAccessToken ? Challenge(BearerChallenge.InsufficientScope) : null,
    };

    /// <summary>Returns the answer to a request whose token was refused.</summary>
    /// <param name="result">Why the token was refused, and which version of the protocol it belongs to.</param>
    /// <param name="source">Where the request has the token.</param>
    public HubProblem Of(TokenResult result, TokenSource source)
    {
        if (result.KeysUnavailable)
            return new HubProblem(HubProblem.Unavailable, "Tokens cannot be verified just now: try again.");
        var invalid = new HubProblem(
            HubProblem.Unauthorized, "Send a valid token. The hub's log says why this one is not.");
        if (!IsOfV1(result)) return invalid;
        return result.Fault switch
        {
            TokenFault.Presentation => new HubProblem(
                HubProblem.BadRequest, source == TokenSource.Query ? NotInUrl : OneHeader)
            {
                Challenge = Challenge(BearerChallenge.InvalidRequest),
            },
            TokenFault.OtherScheme => invalid with { Challenge = _withoutError },
            _ => invalid with { Challenge = Challenge(BearerChallenge.InvalidToken) },
        };
    }

    // Whether the client gets the answer of 1.0. If the token does not show its version, the client counts as one of
    // 1.0 if tokens of 1.0 can be valid.
    private bool IsOfV1(TokenResult result) => result.Dialect switch
    {
        TokenDialect.V1 => speaksV1,
        TokenDialect.V0 => false,
        _ => hasMetadata,
    };

    private BearerChallenge Challenge(string error) => new(error, hasMetadata);
}
