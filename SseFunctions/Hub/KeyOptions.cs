using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub;

/// <summary>The key that one role's tokens are signed with, <c>Hub:Publisher</c> or <c>Hub:Subscriber</c>: a key in the
/// setting itself, or the address of a set of them; none means that the role has no tokens.</summary>
public sealed class KeyOptions
{
    private const string KeyVaultReference = "@Microsoft.KeyVault(";

    /// <summary>For HS256, HS384 and HS512 the shared secret: its UTF-8 text as it stands, of any length. For RS256 and
    /// ES256 the public key or certificate as PEM, where <c>\n</c> may stand for a line's end; the dates of a
    /// certificate are not looked at. Default: none.</summary>
    public string? Key { get; set; }

    /// <summary>The one algorithm that tokens are signed with; what a token says of itself never changes it (RFC 8725,
    /// section 3.1). HS256 (default), HS384, HS512, RS256 or ES256.</summary>
    public string Algorithm { get; set; } = SigningAlgorithms.HS256;

    /// <summary>Where a JSON Web Key Set (RFC 7517) with the public keys is found, instead of <see cref="Key"/>.
    /// Default: none.</summary>
    public Uri? JwksUri { get; set; }

    /// <summary>Whether there is a key at all.</summary>
    public bool IsSet => !string.IsNullOrEmpty(Key) || JwksUri is not null;

    /// <summary>A sentence for each problem, saying what to change; none if the key can be used or is not set. The key
    /// itself is not in them.</summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Publisher</c>.</param>
    public IEnumerable<string> Problems(string section)
    {
        if (!SigningAlgorithms.All.Contains(Algorithm))
        {
            yield return $"{section}:{nameof(Algorithm)} is '{Algorithm}': set it to one of "
                + $"{string.Join(", ", SigningAlgorithms.All)}.";
            yield break;
        }
        if (!string.IsNullOrEmpty(Key) && JwksUri is not null)
            yield return $"{section}:{nameof(Key)} and {section}:{nameof(JwksUri)} are both set: remove one of them.";
        if (!string.IsNullOrEmpty(Key) && KeyProblem(Key) is { } problem)
            yield return $"{section}:{nameof(Key)} {problem}.";
        if (JwksUri is not null && JwksProblem(JwksUri) is { } jwksProblem)
            yield return $"{section}:{nameof(JwksUri)} {jwksProblem}.";
    }

    /// <summary>A sentence for each thing that works, but should be changed. The key itself is not in them.</summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Publisher</c>.</param>
    public IEnumerable<string> Warnings(string section)
    {
        if (string.IsNullOrEmpty(Key) || !SigningAlgorithms.IsHmac(Algorithm)) yield break;
        var bits = VerificationKey.SecretBytes(Key).Length * 8;
        var advised = SigningAlgorithms.AdvisedSecretBits(Algorithm);
        // RFC 7518, section 3.2 forbids it; but such secrets are in use, and refusing them would break their owners.
        if (bits < advised)
            yield return $"{section}:{nameof(Key)} has {bits} bits, and {Algorithm} wants {advised} or more: whoever "
                + "has a token can guess so short a secret. It is used all the same; make a better one with "
                + $"'openssl rand -base64 {advised / 8}'.";
    }

    private string? KeyProblem(string key)
    {
        if (!SigningAlgorithms.IsHmac(Algorithm))
            return PublicKeyPem.Read(key, Algorithm, out var problem) is null ? problem : null;
        if (string.IsNullOrWhiteSpace(key)) return "is blank: set it to a secret, or remove it";
        // Azure hands on the reference itself where it cannot follow it, and anybody can guess that text.
        if (key.StartsWith(KeyVaultReference, StringComparison.OrdinalIgnoreCase))
        {
            return "is a reference to Key Vault that was not followed: see whether the secret is there, and whether "
                + "the app's identity (keyVaultReferenceIdentity) may read it; then change any app setting, since a "
                + "restart alone does not make Azure look again";
        }
        // A public key is known to everybody: as a shared secret it would let everybody sign.
        return key.Contains(PublicKeyPem.Begin, StringComparison.Ordinal)
            ? $"is PEM, but {nameof(Algorithm)} is {Algorithm}, which wants a shared secret: set "
                + $"{nameof(Algorithm)} to {SigningAlgorithms.RS256} or {SigningAlgorithms.ES256}"
            : null;
    }

    private string? JwksProblem(Uri uri)
    {
        if (SigningAlgorithms.IsHmac(Algorithm))
            return $"is set, but {nameof(Algorithm)} is {Algorithm}: a key set holds public keys, so set "
                + $"{nameof(Algorithm)} to {SigningAlgorithms.RS256} or {SigningAlgorithms.ES256}";
        var isSafe = uri.IsAbsoluteUri
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
        return isSafe ? null : "must be an https:// address (http:// only for this machine itself)";
    }
}
