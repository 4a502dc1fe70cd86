namespace SseFunctions.Hub.Tokens;

/// <summary>The issuer and the audience that tokens must name, and the settings that reasons name for them.</summary>
/// <param name="Issuer">What <c>iss</c> must be; null: <c>iss</c> is not looked at.</param>
/// <param name="IssuerSetting">Where the issuer is set, such as <c>Hub:Publisher:Issuer</c>.</param>
/// <param name="Audience">What <c>aud</c> must be or contain; null: a token must have no <c>aud</c>.</param>
/// <param name="AudienceSetting">Where the audience is set, such as <c>Hub:Publisher:Audience</c>.</param>
internal sealed record ExpectedClaims(string? Issuer, string IssuerSetting, string? Audience, string AudienceSetting)
{
    /// <summary>What the settings of a role demand. An empty setting is not set.</summary>
    public static ExpectedClaims Of(RoleKeys role) => new(
        Issuer: NullIfEmpty(role.Keys.Issuer),
        IssuerSetting: $"{role.Section}:{nameof(KeyOptions.Issuer)}",
        Audience: NullIfEmpty(role.Keys.Audience),
        AudienceSetting: $"{role.Section}:{nameof(KeyOptions.Audience)}");

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
