using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub;

/// <summary>An issuer whose access tokens (RFC 9068) the hub trusts, and what verifies their signatures. Section
/// <c>Hub:Issuers:0</c>, <c>Hub:Issuers:1</c> and so on. The tokens of Mercure 1.0 are access tokens. Only the keys of
/// the issuer that a token names verify its signature.</summary>
public sealed class IssuerOptions
{
    // Key sets need an audience, and a token of 1.0 always needs the hub's resource id as its audience.
    private const string AnyAudience = "the resource id";

    /// <summary>Gets or sets the value of the claim <c>iss</c> in the issuer's tokens. Required.</summary>
    /// <remarks>The comparison is exact. This is not a <see cref="Uri"/>, because that would normalize the text. OAuth
    /// 2.0 requires an https URL (RFC 8414, section 2). Any other text works too, but the hub's metadata does not
    /// contain it.</remarks>
    public string? Issuer { get; set; }

    /// <summary>Gets or sets the key that verifies the issuer's tokens, as in <see cref="KeyOptions.Key"/>: the shared
    /// secret for HS256, HS384 and HS512, the public key or certificate as PEM for RS256 and ES256. Default:
    /// none.</summary>
    public string? Key { get; set; }

    /// <summary>Gets or sets further keys, each as in <see cref="Key"/>. Default: none. At most 10 together with
    /// <see cref="Key"/>.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Gets or sets the only algorithm that the issuer's tokens may be signed with (RFC 8725, section 3.1):
    /// HS256 (default), HS384, HS512, RS256 or ES256.</summary>
    public string Algorithm { get; set; } = SigningAlgorithms.HS256;

    /// <summary>Gets or sets the address of a JSON Web Key Set (RFC 7517) with the issuer's public keys, instead of
    /// <see cref="Key"/> and <see cref="Keys"/>. It requires RS256 or ES256. Default: none.</summary>
    public Uri? JwksUri { get; set; }

    /// <summary>The section that the settings were read from, such as <c>Hub:Issuers:0</c>; null if they were made in
    /// code.</summary>
    internal string? Section { get; set; }

    /// <summary>Whether all settings are empty, apart from the algorithm. Such an entry is ignored, so that environment
    /// variables with empty values can remove an issuer that a settings file contains.</summary>
    internal bool IsEmpty => string.IsNullOrEmpty(Issuer) && !ToKeyOptions().IsSet;

    /// <summary>The issuer's keys, and where they are set.</summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Issuers:0</c>.</param>
    internal RoleKeys ToRoleKeys(string section) => new(section, ToKeyOptions());

    /// <summary>A sentence for each problem, saying what to change; none if the settings can be used. The keys
    /// themselves are not in them.</summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Issuers:0</c>.</param>
    internal IEnumerable<string> Problems(string section)
    {
        var keys = ToKeyOptions();
        if (string.IsNullOrEmpty(Issuer))
        {
            yield return $"{section}:{nameof(Issuer)} is not set: set it to the claim iss of the issuer's tokens.";
            // Without this, the keys would have a second problem with the same cause.
            keys.Issuer = nameof(Issuer);
        }
        if (!keys.IsSet)
        {
            yield return $"{section} has no key: set {section}:{nameof(Key)} or {section}:{nameof(JwksUri)}.";
            yield break;
        }
        foreach (var problem in keys.Problems(section)) yield return problem;
    }

    private KeyOptions ToKeyOptions() => new()
    {
        Key = Key,
        Keys = Keys,
        Algorithm = Algorithm,
        JwksUri = JwksUri,
        Issuer = Issuer,
        Audience = AnyAudience,
    };
}
