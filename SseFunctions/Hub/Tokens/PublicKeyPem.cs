using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads a public key, or that of a certificate, from PEM (RFC 7468).</summary>
internal static class PublicKeyPem
{
    /// <summary>What PEM starts with.</summary>
    public const string Begin = "-----BEGIN ";

    private const int LeastRsaBits = 2048;
    private const string PrivateKeyEnd = "PRIVATE KEY-----";
    private const string P256 = JsonWebKeyECTypes.P256;
    private const string Certificate = "CERTIFICATE";

    /// <summary>The key, or null and then the rest of a sentence on the setting, saying what to change.</summary>
    /// <remarks>A private key is refused although its public part would do: it has no business where tokens are only
    /// verified. The key is returned as its numbers, so that no instance of RSA or ECDsa is shared by
    /// threads.</remarks>
    public static JsonWebKey? Read(string text, string algorithm, out string problem)
    {
        // Environment variables have no line ends, so people write them out.
        var pem = text.Replace("\\n", "\n", StringComparison.Ordinal);
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            problem = $"is not PEM, which {algorithm} wants: set it to the public key, '{Begin}PUBLIC KEY----- ...'";
            return null;
        }
        // Anywhere: a certificate often has its private key behind it.
        if (pem.Contains(PrivateKeyEnd, StringComparison.Ordinal))
        {
            problem = "holds a private key, which only those who make tokens may have: set it to the public key "
                + "(openssl pkey -in private.pem -pubout)";
            return null;
        }
        var label = pem[fields.Label];
        try
        {
            return algorithm == SigningAlgorithms.RS256 ? Rsa(pem, label, out problem) : EC(pem, label, out problem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"cannot be read as the PEM of a public key for {algorithm}: {exception.Message}";
            return null;
        }
    }

    /// <summary>Whether an RSA key is long enough (RFC 7518, section 3.3).</summary>
    public static bool IsLongEnough(int rsaBits) => rsaBits >= LeastRsaBits;

    private static JsonWebKey? Rsa(string pem, string label, out string problem)
    {
        using var key = label == Certificate ? FromCertificate(pem, c => c.GetRSAPublicKey()) : RSA.Create();
        if (label != Certificate) key?.ImportFromPem(pem);
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

    private static JsonWebKey? EC(string pem, string label, out string problem)
    {
        using var key = label == Certificate ? FromCertificate(pem, c => c.GetECDsaPublicKey()) : ECDsa.Create();
        if (label != Certificate) key?.ImportFromPem(pem);
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
}
