using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads public keys, and the keys of certificates, from PEM (RFC 7468). A text may contain several. A
/// certificate that issued another one in the same text is part of a chain and not a key, unless it comes
/// first.</summary>
internal static class PublicKeyPem
{
    /// <summary>The text with which each PEM block starts.</summary>
    public const string Begin = "-----BEGIN ";

    private const int LeastRsaBits = 2048;
    private const string PrivateKeyEnd = "PRIVATE KEY-----";
    private const string P256 = JsonWebKeyECTypes.P256;
    private const string Certificate = "CERTIFICATE";
    private const string PublicKey = "PUBLIC KEY";
    private const string RsaPublicKey = "RSA PUBLIC KEY";

    /// <summary>Reads the keys. If there is a problem, returns no keys, and in <paramref name="problem"/> the rest of a
    /// sentence about the setting that says what to change.</summary>
    /// <remarks>A private key is refused although its public part would be enough: a private key must not be stored
    /// where tokens are only verified. The keys are returned as numbers, so that threads share no RSA or ECDsa
    /// object.</remarks>
    public static IReadOnlyList<JsonWebKey> Read(string text, string algorithm, out string problem)
    {
        // Environment variables often cannot contain line breaks, so people write \n instead.
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

    /// <summary>Whether an RSA key has at least 2048 bits (RFC 7518, section 3.3).</summary>
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

    // In a file, the certificates of the issuers often follow a certificate. The key of an issuer signs certificates,
    // and must not become a key for tokens.
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

    // The encoded names, because two different names could look the same as text. Null if the certificate cannot be
    // read, which is reported later.
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
            return $"is not PEM, which {algorithm} needs: set it to the public key, '{Begin}PUBLIC KEY----- ...'";
        // Anywhere in the text: in a file, the private key often follows the certificate.
        if (pem.Contains(PrivateKeyEnd, StringComparison.Ordinal))
        {
            return "contains a private key, which only the signer of tokens may have: set it to the public key "
                + "(openssl pkey -in private.pem -pubout)";
        }
        if (pem.AsSpan().Count(Begin) != blocks.Count)
            return $"has a part that starts with '{Begin}' and is damaged or cut off: copy the whole part";
        return parts.Count > 0 ? null
            : $"cannot be read as the PEM of a public key for {algorithm}: it contains '{blocks[0].Label}' instead";
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
            : $"is not on the curve {P256} (prime256v1), which ES256 needs";
        if (key is null) return null;
        var numbers = key.ExportParameters(false);
        // Compares the names, because other curves have 256 bits too. A platform may know only one of the two names.
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
    /// <param name="Label">The label after BEGIN, such as <c>CERTIFICATE</c>.</param>
    /// <param name="Pem">The text, from the line BEGIN to the line END.</param>
    private sealed record Block(string Label, string Pem);
}
