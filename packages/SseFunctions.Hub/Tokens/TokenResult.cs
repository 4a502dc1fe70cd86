using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Hub.Tokens;

/// <summary>Whether a token is valid: claims, or the reason why not.</summary>
internal sealed class TokenResult
{
    private TokenResult()
    {
    }

    /// <summary>What the token says; null if it is refused.</summary>
    public TokenClaims? Claims { get; private init; }

    /// <summary>Why the token is refused, as the rest of a sentence about it ("it expired at ..."); null if it is
    /// valid. For the log alone: a client that guesses learns from it. It holds no part of key or signature, and no
    /// control character.</summary>
    public string? Reason { get; private init; }

    /// <summary>Whether it was refused only because the keys could not be had just now. The same token may be valid in
    /// a moment.</summary>
    public bool KeysUnavailable { get; private init; }

    /// <summary>Whether the token is valid.</summary>
    [MemberNotNullWhen(true, nameof(Claims))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsValid => Claims is not null;

    /// <summary>What is odd about a valid token, as the rest of a sentence about it, for the log; null if nothing is.
    /// </summary>
    internal string? Hint { get; private init; }

    internal static TokenResult Valid(TokenClaims claims, string? hint) => new() { Claims = claims, Hint = hint };

    internal static TokenResult Refused(string reason, bool keysUnavailable = false) =>
        new() { Reason = reason, KeysUnavailable = keysUnavailable };
}
