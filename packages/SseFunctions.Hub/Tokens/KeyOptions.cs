using SseFunctions.Hub.Tokens;

namespace SseFunctions.Hub;

/// <summary>What the tokens of one role must be, <c>Hub:Publisher</c> or <c>Hub:Subscriber</c>: signed with a key of
/// the settings, or of a key set at an address, and made by this issuer for this audience. Without keys, no token of
/// the role is valid.</summary>
public sealed class KeyOptions
{
    private const string KeyVaultReference = "@Microsoft.KeyVault(";

    /// <summary>For HS256, HS384 and HS512 the shared secret: its UTF-8 text as it stands, of any length. For RS256 and
    /// ES256 the public key or certificate as PEM, or several of them in one text; <c>\n</c> may stand for a line's
    /// end. The dates of a certificate are not looked at. A certificate that issued another one in the same text is not
    /// a key, unless it comes first. Default: none.</summary>
    public string? Key { get; set; }

    /// <summary>More keys, each as in <see cref="Key"/>, so that keys can be replaced while tokens of the old one are
    /// still in use: a token that is signed with any of the keys is accepted. Up to 10 together with
    /// <see cref="Key"/>. Default: none.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>The one algorithm that tokens are signed with; what a token says of itself never changes it (RFC 8725,
    /// section 3.1). HS256 (default), HS384, HS512, RS256 or ES256.</summary>
    public string Algorithm { get; set; } = SigningAlgorithms.HS256;

    /// <summary>Where a JSON Web Key Set (RFC 7517) with the public keys is found, instead of <see cref="Key"/> and
    /// <see cref="Keys"/>. Needs <see cref="Issuer"/> and <see cref="Audience"/>. Default: none.</summary>
    public Uri? JwksUri { get; set; }

    /// <summary>What the claim <c>iss</c> of a token must be, character by character (RFC 7519, section 4.1.1); a token
    /// without the claim is refused. Not a <see cref="Uri"/>, which would change how it is written. Default: none, and
    /// then <c>iss</c> is not looked at.</summary>
    public string? Issuer { get; set; }

    /// <summary>What the claim <c>aud</c> of a token must be, or be an array that contains it, character by character
    /// (RFC 7519, section 4.1.3); a token without the claim is refused. Default: none, and then only a token without
    /// the claim is accepted: all others are meant for something else.</summary>
    public string? Audience { get; set; }

    /// <summary>Whether there is a key at all.</summary>
    internal bool IsSet =>
        !string.IsNullOrEmpty(Key) || Keys.Any(key => !string.IsNullOrEmpty(key)) || JwksUri is not null;

    /// <summary>A sentence for each problem, saying what to change; none if the settings can be used, or none is set.
    /// The keys themselves are not in them.</summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Publisher</c>.</param>
    internal IEnumerable<string> Problems(string section)
    {
        if (!SigningAlgorithms.All.Contains(Algorithm))
        {
            return [$"{section}:{nameof(Algorithm)} is '{Algorithm}': set it to one of "
                + $"{string.Join(", ", SigningAlgorithms.All)}."];
        }
        return [.. KeyProblems(section), .. JwksProblems(section), .. ClaimProblems(section)];
    }

    /// <summary>A sentence for each setting that works, but should be changed. The keys themselves are not in them.
    /// </summary>
    /// <param name="section">The section these settings come from, such as <c>Hub:Publisher</c>.</param>
    internal IEnumerable<string> Warnings(string section)
    {
        if (!SigningAlgorithms.IsHmac(Algorithm)) yield break;
        var advised = SigningAlgorithms.AdvisedSecretBits(Algorithm);
        foreach (var (setting, secret) in Texts(section))
        {
            var bits = VerificationKey.SecretBytes(secret).Length * 8;
            // RFC 7518, section 3.2 forbids it; but such secrets are in use: hubs that work would not start.
            if (bits < advised)
                yield return $"{setting} has {bits} bits, and {Algorithm} wants {advised} or more: whoever "
                    + "has a token can guess so short a secret. It is used all the same; make a better one with "
                    + $"'openssl rand -base64 {advised / 8}'.";
        }
    }

    /// <summary>The text of each key, with the name of its setting. An empty text is not a key.</summary>
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
            yield return $"{section}:{nameof(Key)} and {section}:{nameof(Keys)} hold {count} keys together, and "
                + $"{KeysFound.MaxTries} are the most, since all of them are tried on each token: remove old ones.";
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
        return isSafe ? null : "must be an https:// address (http:// only for this machine itself)";
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
                yield return $"{setting} starts or ends with a blank, so no token would match: remove the blank.";
            // Subscribers without keys of their own are judged by the publishers' settings, and by those alone.
            if (!IsSet)
            {
                yield return $"{setting} is set, but {section} has no key, so the setting would have no effect: set "
                    + $"{section}:{nameof(Key)} or {section}:{nameof(JwksUri)}, or remove it.";
            }
        }
    }
}
