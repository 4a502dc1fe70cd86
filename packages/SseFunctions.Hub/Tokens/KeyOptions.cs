using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub;

/// <summary>The rules for the tokens of one role, <c>Hub:Publisher</c> or <c>Hub:Subscriber</c>: with which key a token
/// must be signed, by which issuer, and for which audience. The key comes from the settings, or from a key set at an
/// address. Without keys, no token of the role is valid.</summary>
public sealed class KeyOptions
{
    private const string KeyVaultReference = "@Microsoft.KeyVault(";

    /// <summary>Gets or sets the key. Default: none.</summary>
    /// <remarks>For HS256, HS384 and HS512: the shared secret, of any length; its UTF-8 text is used unchanged. For
    /// RS256 and ES256: the public key or certificate as PEM, or several of them in one text; <c>\n</c> may stand for a
    /// line break. The dates of a certificate are not checked. A certificate that issued another certificate in the
    /// same text is not used as a key, unless it comes first.</remarks>
    public string? Key { get; set; }

    /// <summary>Gets or sets further keys, each as in <see cref="Key"/>. Default: none. At most 10 together with
    /// <see cref="Key"/>.</summary>
    /// <remarks>A token that is signed with any of the keys is accepted. So a key can be replaced while tokens of the
    /// old key are still in use.</remarks>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Gets or sets the only algorithm with which tokens may be signed: HS256 (default), HS384, HS512, RS256
    /// or ES256. A token cannot choose another one (RFC 8725, section 3.1).</summary>
    public string Algorithm { get; set; } = SigningAlgorithms.HS256;

    /// <summary>Gets or sets the address of a JSON Web Key Set (RFC 7517) with the public keys, instead of
    /// <see cref="Key"/> and <see cref="Keys"/>. It requires <see cref="Issuer"/> and <see cref="Audience"/>, RS256 or
    /// ES256, and https. Default: none.</summary>
    public Uri? JwksUri { get; set; }

    /// <summary>Gets or sets the required claim <c>iss</c> of a token (RFC 7519, section 4.1.1). A token without the
    /// claim is refused. Default: none, and then <c>iss</c> is not checked.</summary>
    /// <remarks>The comparison is exact. This is not a <see cref="Uri"/>, because that would normalize the
    /// text.</remarks>
    public string? Issuer { get; set; }

    /// <summary>Gets or sets the name that the claim <c>aud</c> of a token must be or, as an array, contain (RFC 7519,
    /// section 4.1.3). The comparison is exact. A token without the claim is refused. Default: none, and then a token
    /// with the claim is refused, because it is meant for another application.</summary>
    public string? Audience { get; set; }

    /// <summary>Whether any key or key set is configured.</summary>
    internal bool IsSet =>
        !string.IsNullOrEmpty(Key) || Keys.Any(key => !string.IsNullOrEmpty(key)) || JwksUri is not null;

    /// <summary>Returns a sentence for each problem, which says what to change; none if the settings can be used, or if
    /// none is set. The sentences do not contain the keys.</summary>
    /// <param name="section">The section of these settings, such as <c>Hub:Publisher</c>.</param>
    internal IEnumerable<string> Problems(string section)
    {
        if (!SigningAlgorithms.All.Contains(Algorithm))
        {
            return [$"{section}:{nameof(Algorithm)} is '{Algorithm}': set it to one of "
                + $"{string.Join(", ", SigningAlgorithms.All)}."];
        }
        return [.. KeyProblems(section), .. JwksProblems(section), .. ClaimProblems(section)];
    }

    /// <summary>Returns a sentence for each setting that works, but should be changed. The sentences do not contain the
    /// keys.</summary>
    /// <param name="section">The section of these settings, such as <c>Hub:Publisher</c>.</param>
    internal IEnumerable<string> Warnings(string section)
    {
        if (!SigningAlgorithms.IsHmac(Algorithm)) yield break;
        var advised = SigningAlgorithms.AdvisedSecretBits(Algorithm);
        foreach (var (setting, secret) in Texts(section))
        {
            var bits = VerificationKey.SecretBytes(secret).Length * 8;
            // RFC 7518, section 3.2 forbids short secrets. But they are in use, and a hub that works must still start.
            if (bits < advised)
                yield return $"{setting} has {bits} bits, but {Algorithm} needs {advised} or more: anyone who "
                    + "has a token can guess such a short secret. The hub uses it anyway; create a better one with "
                    + $"'openssl rand -base64 {advised / 8}'.";
        }
    }

    /// <summary>Returns the text of each key, with the name of its setting. Skips empty texts.</summary>
    internal IEnumerable<(string Setting, string Text)> Texts(string section)
    {
        if (!string.IsNullOrEmpty(Key)) yield return ($"{section}:{nameof(Key)}", Key);
        for (var i = 0; i < Keys.Count; i++)
        {
            if (!string.IsNullOrEmpty(Keys[i])) yield return ($"{section}:{nameof(Keys)}:{i}", Keys[i]);
        }
    }

    private IEnumerable<string> KeyProblems(string section)
    {
        var count = 0;
        foreach (var (setting, text) in Texts(section))
        {
            if (KeyProblem(text, ref count) is { } problem) yield return $"{setting} {problem}.";
        }
        if (count > KeysFound.MaxTries)
        {
            yield return $"{section}:{nameof(Key)} and {section}:{nameof(Keys)} hold {count} keys together, but "
                + $"at most {KeysFound.MaxTries} are allowed, because each is tried on each token: remove old keys.";
        }
    }

    private string? KeyProblem(string key, ref int count)
    {
        if (!SigningAlgorithms.IsHmac(Algorithm))
        {
            var read = PublicKeyPem.Read(key, Algorithm, out var problem).Count;
            count += read;
            return read == 0 ? problem : null;
        }
        count++;
        if (string.IsNullOrWhiteSpace(key)) return "is blank: set it to a secret, or remove it";
        // If Azure cannot resolve a reference, the setting contains the reference itself, and anybody can guess that.
        if (key.StartsWith(KeyVaultReference, StringComparison.OrdinalIgnoreCase))
        {
            return "is a reference to Key Vault that Azure did not resolve: check that the secret exists, and that "
                + "the app's identity (keyVaultReferenceIdentity) may read it; then change any app setting, because a "
                + "restart alone does not make Azure resolve it again";
        }
        // Everybody may know a public key. As a shared secret, it would let everybody sign tokens.
        return key.Contains(PublicKeyPem.Begin, StringComparison.Ordinal)
            ? $"is PEM, but {nameof(Algorithm)} is {Algorithm}, which needs a shared secret: set "
                + $"{nameof(Algorithm)} to {SigningAlgorithms.RS256} or {SigningAlgorithms.ES256}"
            : null;
    }

    private IEnumerable<string> JwksProblems(string section)
    {
        if (JwksUri is null) yield break;
        var setting = $"{section}:{nameof(JwksUri)}";
        if (Texts(section).FirstOrDefault() is { Setting: { } key })
            yield return $"{key} and {setting} are both set: remove one of them.";
        if (AddressProblem(JwksUri) is { } problem) yield return $"{setting} {problem}.";
        if (string.IsNullOrEmpty(Issuer))
        {
            yield return $"{setting} is set, but {section}:{nameof(Issuer)} is not: several issuers can share a key "
                + "set, and the tokens of all of them would be accepted. Set it to the claim iss of your tokens.";
        }
        if (string.IsNullOrEmpty(Audience))
        {
            yield return $"{setting} is set, but {section}:{nameof(Audience)} is not: the identity provider signs "
                + "tokens for other applications with the same keys, and all of them would be accepted. Set it to the "
                + "claim aud that the identity provider gives to tokens for this hub.";
        }
    }

    private string? AddressProblem(Uri uri)
    {
        if (SigningAlgorithms.IsHmac(Algorithm))
            return $"is set, but {nameof(Algorithm)} is {Algorithm}: a key set holds public keys, so set "
                + $"{nameof(Algorithm)} to {SigningAlgorithms.RS256} or {SigningAlgorithms.ES256}";
        var isSafe = uri.IsAbsoluteUri
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
        return isSafe ? null : "must be an https:// address (http:// is allowed only for this machine)";
    }

    private IEnumerable<string> ClaimProblems(string section)
    {
        foreach (var (setting, text) in new[]
        {
            ($"{section}:{nameof(Issuer)}", Issuer), ($"{section}:{nameof(Audience)}", Audience),
        })
        {
            if (string.IsNullOrEmpty(text)) continue;
            if (text != text.Trim())
                yield return $"{setting} starts or ends with white space, so no token would match: remove it.";
            // If Hub:Subscriber has no keys, only the settings of Hub:Publisher apply to subscribers.
            if (!IsSet)
            {
                yield return $"{setting} is set, but {section} has no key, so the setting would have no effect: set "
                    + $"{section}:{nameof(Key)} or {section}:{nameof(JwksUri)}, or remove it.";
            }
        }
    }
}
