using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Hub.Tokens;

/// <summary>The result of validating a token: its claims, or the reason why it is refused.</summary>
internal sealed class TokenResult
{
    private TokenResult()
    {
    }

    /// <summary>The claims; null if the token is refused.</summary>
    public TokenClaims? Claims { get; private init; }

    /// <summary>Why the token is refused, as the rest of a sentence about the token ("it expired at ..."); null if it
    /// is valid. For the log only, because it would help an attacker who tries tokens. It contains no part of the key
    /// or the signature, and no control character.</summary>
    public string? Reason { get; private init; }

    /// <summary>Whether the token was refused only because the keys could not be fetched now. The same token may be
    /// accepted later.</summary>
    public bool KeysUnavailable { get; private init; }

    /// <summary>The version of the protocol to which the token belongs.</summary>
    public TokenDialect Dialect { get; private init; }

    /// <summary>The kind of fault, if the token is refused.</summary>
    public TokenFault Fault { get; private init; }

    [MemberNotNullWhen(true, nameof(Claims))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsValid => Claims is not null;

    /// <summary>What is suspicious about a valid token, as the rest of a sentence about the token, for the log; null if
    /// nothing is.</summary>
    internal string? Hint { get; private init; }

    internal static TokenResult Valid(TokenClaims claims, string? hint) => new() { Claims = claims, Hint = hint };

    internal static TokenResult Refused(string reason, bool keysUnavailable = false) =>
        new() { Reason = reason, KeysUnavailable = keysUnavailable };

    /// <summary>Returns the same result with the version of the protocol and the kind of fault.</summary>
    internal TokenResult With(TokenDialect dialect, TokenFault fault) => new()
    {
        Claims = Claims,
        Reason = Reason,
        KeysUnavailable = KeysUnavailable,
        Hint = Hint,
        Dialect = dialect,
        Fault = fault,
    };
}
