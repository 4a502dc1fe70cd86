using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>One key and the one algorithm that it is used with. Thread-safe.</summary>
internal sealed class VerificationKey
{
    // The block of SHA-384 and SHA-512. That of SHA-256 is 64: for it a key between the two must not be padded.
    private const int LongBlockBytes = 128;
    private const int ShortBlockBytes = 64;

    private static readonly CryptoProviderFactory Providers = new() { CacheSignatureProviders = false };

    private readonly SignatureProvider _provider;

    private VerificationKey(SecurityKey key, string algorithm, string? id)
    {
        _provider = Providers.CreateForVerifying(key, algorithm, cacheProvider: false);
        Id = id;
    }

    /// <summary>The name by which a token refers to it, <c>kid</c>; null if it has none.</summary>
    public string? Id { get; }

    /// <summary>The bytes of a secret that is given as text.</summary>
    public static byte[] SecretBytes(string secret) => Encoding.UTF8.GetBytes(secret);

    /// <summary>A shared secret of any length.</summary>
    /// <remarks>The library refuses short ones. But HMAC itself fills a key up to the block of its hash with zeros (RFC
    /// 2104, section 2), so one that is filled up before gives the very same codes and is long enough.</remarks>
    public static VerificationKey Secret(byte[] secret, string algorithm)
    {
        var block = algorithm == SigningAlgorithms.HS256 ? ShortBlockBytes : LongBlockBytes;
        var filled = new byte[Math.Max(block, secret.Length)];
        secret.CopyTo(filled, 0);
        return new VerificationKey(new SymmetricSecurityKey(filled), algorithm, null);
    }

    /// <summary>A public key.</summary>
    /// <exception cref="NotSupportedException">The key is not fit for the algorithm.</exception>
    public static VerificationKey Public(JsonWebKey key, string algorithm) => new(key, algorithm, key.KeyId);

    /// <summary>Whether the signature was made with this key. Codes are compared in constant time.</summary>
    public bool Verifies(CompactJws token) => _provider.Verify(token.Signed, token.Signature);
}
