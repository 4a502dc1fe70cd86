using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads public keys and those of certificates from PEM (RFC 7468). A text may hold several. Certificates of
/// those who issued another one in the same text are a chain, not keys, unless they come first.</summary>
internal static class PublicKeyPem
{
    /// <summary>What PEM starts with.</summary>
    public const string Begin = "-----BEGIN ";

    private const int LeastRsaBits = 2048;
    private const string PrivateKeyEnd = "PRIVATE KEY-----";
    private const string P256 = JsonWebKeyECTypes.P256;
    private const string Certificate = "CERTIFICATE";
    private const string PublicKey = "PUBLIC KEY";
    private const string RsaPublicKey = "RSA PUBLIC KEY";

    /// <summary>The keys, at least one; or none, and then the rest of a sentence on the setting, saying what to change.
    /// </summary>
    /// <remarks>A private key is refused although its public part would do: it has no business where tokens are only
    /// verified. The keys are returned as their numbers, so that no instance of RSA or ECDsa is shared by
    /// threads.</remarks>
    public static IReadOnlyList<JsonWebKey> Read(string text, string algorithm, out string problem)
    {
        // Environment variables have no line ends, so people write them out.
        var pem = text.Replace("\\n", "\n", StringComparison.Ordinal);
        var blocks = Blocks(pem);
        var parts = KeyParts(blocks);
        problem = ProblemOf(pem, blocks, parts, algorithm) ?? "";
        if (problem.Length > 0) return [];
        var keys = new List<JsonWebKey>(parts.Count);
        foreach (var part in parts)
        {
            if (Read(part, algorithm, out problem) is not { } key)
            {
                if (parts.Count > 1) problem = $"(part {keys.Count + 1} of {parts.Count}) {problem}";
                return [];
            }
            keys.Add(key);
        }
        problem = "";
        return keys;
    }

    /// <summary>Whether an RSA key is long enough (RFC 7518, section 3.3).</summary>
    public static bool IsLongEnough(int rsaBits) => rsaBits >= LeastRsaBits;

    private static List<Block> Blocks(string pem)
    {
        var blocks = new List<Block>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            blocks.Add(new Block(rest[fields.Label].ToString(), rest[fields.Location].ToString()));
            rest = rest[fields.Location.End..];
        }
        return blocks;
    }

    // A file with a certificate often has the certificates of those who issued it behind it. What an issuer signs is
    // certificates; it must not become a signer of tokens.
    private static List<Block> KeyParts(List<Block> blocks)
    {
        var parts = blocks.FindAll(block => block.Label is PublicKey or RsaPublicKey or Certificate);
        if (parts.Count(part => part.Label == Certificate) < 2) return parts;
        var issuers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts.Where(part => part.Label == Certificate))
        {
            if (Names(part) is { } names && names.Subject != names.Issuer) issuers.Add(names.Issuer);
        }
        return parts.FindAll(part => part == parts[0] || part.Label != Certificate
            || Names(part) is not { } names || !issuers.Contains(names.Subject));
    }

    // As they are encoded: as text, two names could look the same. Null if it cannot be read, which is reported later.
    private static (string Subject, string Issuer)? Names(Block block)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(block.Pem);
            return (
                Convert.ToHexString(certificate.SubjectName.RawData),
                Convert.ToHexString(certificate.IssuerName.RawData));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? ProblemOf(string pem, List<Block> blocks, List<Block> parts, string algorithm)
    {
        if (blocks.Count == 0)
            return $"is not PEM, which {algorithm} wants: set it to the public key, '{Begin}PUBLIC KEY----- ...'";
        // Anywhere: a certificate often has its private key behind it.
        if (pem.Contains(PrivateKeyEnd, StringComparison.Ordinal))
        {
            return "holds a private key, which only those who make tokens may have: set it to the public key "
                + "(openssl pkey -in private.pem -pubout)";
        }
        if (pem.AsSpan().Count(Begin) != blocks.Count)
            return $"has a part that starts with '{Begin}' and is damaged or cut off: copy the whole of it";
        return parts.Count > 0 ? null
            : $"cannot be read as the PEM of a public key for {algorithm}: it holds '{blocks[0].Label}' instead";
    }

    private static JsonWebKey? Read(Block part, string algorithm, out string problem)
    {
        try
        {
            return algorithm == SigningAlgorithms.RS256 ? Rsa(part, out problem) : EC(part, out problem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"cannot be read as the PEM of a public key for {algorithm}: {exception.Message}";
            return null;
        }
    }

    private static JsonWebKey? Rsa(Block part, out string problem)
    {
        using var key = part.Label == Certificate ? FromCertificate(part.Pem, c => c.GetRSAPublicKey()) : RSA.Create();
        if (part.Label != Certificate) key?.ImportFromPem(part.Pem);
        problem = key is null ? "is a certificate without an RSA key: set Algorithm to ES256"
            : $"is an RSA key of {key.KeySize} bits: {LeastRsaBits} are needed";
        if (key is null || !IsLongEnough(key.KeySize)) return null;
        var numbers = key.ExportParameters(false);
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.RSA,
            N = Base64Url.EncodeToString(numbers.Modulus),
            E = Base64Url.EncodeToString(numbers.Exponent),
        };
    }

    private static JsonWebKey? EC(Block part, out string problem)
    {
        using var key =
            part.Label == Certificate ? FromCertificate(part.Pem, c => c.GetECDsaPublicKey()) : ECDsa.Create();
        if (part.Label != Certificate) key?.ImportFromPem(part.Pem);
        problem = key is null ? "is a certificate without an elliptic curve key: set Algorithm to RS256"
            : $"is not on the curve {P256} (prime256v1), which ES256 wants";
        if (key is null) return null;
        var numbers = key.ExportParameters(false);
        // By its name, of which a platform may know only one: other curves have 256 bits too.
        var (curve, wanted) = (numbers.Curve.Oid, ECCurve.NamedCurves.nistP256.Oid);
        if (curve is null || (curve.Value != wanted.Value && curve.FriendlyName != wanted.FriendlyName)) return null;
        return new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = P256,
            X = Base64Url.EncodeToString(numbers.Q.X),
            Y = Base64Url.EncodeToString(numbers.Q.Y),
        };
    }

    private static T? FromCertificate<T>(string pem, Func<X509Certificate2, T?> key)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return key(certificate);
    }

    /// <summary>One part of a PEM text.</summary>
    /// <param name="Label">What it says that it is.</param>
    /// <param name="Pem">Its text, from its first to its last line.</param>
    private sealed record Block(string Label, string Pem);
}
