using System.Text;

namespace SseFunctions.Hub.Tokens;

/// <summary>The token of a request. It is untrusted. It works like a password, so its text must not be logged and is
/// not in <see cref="object.ToString"/>.</summary>
/// <param name="Token">The token as the client sent it; empty if it is unusable.</param>
/// <param name="Source">Where the request has the token.</param>
internal sealed record PresentedToken(string Token, TokenSource Source)
{
    /// <summary>The value of <see cref="Unusable"/> if the Authorization header is for another scheme.</summary>
    public const string OtherScheme = "the Authorization header does not start with 'Bearer '";

    /// <summary>Why the request's attempt to send a token has no readable token, for the log; null if the token can be
    /// read. Such a request is refused, even where requests without a token are allowed.</summary>
    public string? Unusable { get; init; }

    /// <summary>Whether the Authorization header is for another scheme, so that the request has no bearer token.
    /// </summary>
    public bool IsOtherScheme => Unusable == OtherScheme;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(Source)).Append(" = ").Append(Source);
        return true;
    }
}
