namespace SseFunctions.Hub.Tokens;

/// <summary>The issuer and the audience that tokens must name, and the names of their settings for the log.</summary>
/// <param name="Issuer">The required value of <c>iss</c>. Null: <c>iss</c> is not checked.</param>
/// <param name="IssuerSetting">The setting of the issuer, such as <c>Hub:Publisher:Issuer</c>.</param>
/// <param name="Audience">The value that <c>aud</c> must be or contain. Null: a token must have no <c>aud</c>.</param>
/// <param name="AudienceSetting">The setting of the audience, such as <c>Hub:Publisher:Audience</c>.</param>
internal sealed record ExpectedClaims(string? Issuer, string IssuerSetting, string? Audience, string AudienceSetting)
{
    /// <summary>Whether a token must have an <c>exp</c>, as RFC 9068, section 2.2 requires of access tokens.</summary>
    public bool NeedsExpiration { get; init; }

    /// <summary>Returns what the settings of a role require. An empty setting counts as not set.</summary>
    public static ExpectedClaims Of(RoleKeys role) => new(
        Issuer: NullIfEmpty(role.Keys.Issuer),
        IssuerSetting: $"{role.Section}:{nameof(KeyOptions.Issuer)}",
        Audience: NullIfEmpty(role.Keys.Audience),
        AudienceSetting: $"{role.Section}:{nameof(KeyOptions.Audience)}");

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
