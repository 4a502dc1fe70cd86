namespace SseFunctions.Hub.Tokens;

/// <summary>Why a request is refused, if its token is the reason (RFC 6750, section 3.1).</summary>
internal enum TokenFault
{
    /// <summary>The token is invalid.</summary>
    Token,

    /// <summary>The client sent the token in a wrong way.</summary>
    Presentation,

    /// <summary>There is no bearer token: the Authorization header is for another scheme.</summary>
    OtherScheme,
}
