using System.Text;

namespace SseFunctions.Hub.Tokens;

/// <summary>The token that a request is to be judged by. Untrusted; it is a password, so its text is in no log and not
/// in <see cref="object.ToString"/>.</summary>
/// <param name="Token">The token as it was sent; empty when it is unusable.</param>
/// <param name="Source">Where it was.</param>
internal sealed record PresentedToken(string Token, TokenSource Source)
{
    /// <summary>Why there is no token to read in what was presented, for the log; null when there is one. Such a
    /// request is refused, never taken for one without a token.</summary>
    public string? Unusable { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(Source)).Append(" = ").Append(Source);
        return true;
    }
}
