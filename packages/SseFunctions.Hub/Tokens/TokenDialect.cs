namespace SseFunctions.Hub.Tokens;

/// <summary>The version of the Mercure protocol that a token belongs to.</summary>
internal enum TokenDialect
{
    /// <summary>Not known, because there is no token that can be read.</summary>
    Unknown,

    /// <summary>0.x: a token with the claim <c>mercure</c>.</summary>
    V0,

    /// <summary>1.0: an access token (RFC 9068) with the claim <c>authorization_details</c>.</summary>
    V1,
}
