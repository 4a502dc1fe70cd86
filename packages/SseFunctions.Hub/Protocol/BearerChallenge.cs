namespace SseFunctions.Hub.Protocol;

/// <summary>The header <c>WWW-Authenticate</c> (RFC 6750, section 3). It never says why a token is invalid, because
/// that would help an attacker who tries tokens.</summary>
/// <param name="Error">The error code; null where the request has no token.</param>
/// <param name="HasMetadata">Whether the hub has metadata, whose address the header then contains (RFC 9728,
/// section 5.1).</param>
internal sealed record BearerChallenge(string? Error, bool HasMetadata)
{
    /// <summary>The token is invalid.</summary>
    public const string InvalidToken = "invalid_token";

    /// <summary>The client sent the token in a wrong way.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The token does not give the right that the request needs.</summary>
    public const string InsufficientScope = "insufficient_scope";

    private const string Scheme = "Bearer";

    /// <summary>The challenge for clients of Mercure 0.x, without parameters.</summary>
    public static BearerChallenge V0 { get; } = new(null, HasMetadata: false);

    /// <summary>Returns the value of the header.</summary>
    /// <param name="metadata">The address of the metadata; null if it is unknown.</param>
    public string ToHeader(string? metadata)
    {
        string?[] parameters =
        [
            Error is null ? null : $"error=\"{Error}\"",
            HasMetadata && metadata is not null ? $"resource_metadata=\"{metadata}\"" : null,
        ];
        var text = string.Join(", ", parameters.OfType<string>());
        return text.Length == 0 ? Scheme : $"{Scheme} {text}";
    }
}
