using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace SseFunctions.Hub.Tokens;

/// <summary>A key, and the only algorithm that it is used with. Thread-safe.</summary>
internal sealed class VerificationKey
{
    // The block sizes of SHA-384 and SHA-512, and of SHA-256. HMAC-SHA-256 hashes a key of more than 64 bytes, so such
    // a key must not be padded to 128.
    private const int LongBlockBytes = 128;
    private const int ShortBlockBytes = 64;

    private static readonly CryptoProviderFactory Providers = new() { CacheSignatureProviders = false };

    private readonly SignatureProvider _provider;

    private VerificationKey(SecurityKey key, string algorithm, string? id)
    {
        _provider = Providers.CreateForVerifying(key, algorithm, cacheProvider: false);
        Id = id;
    }

    /// <summary>The id by which tokens name the key (<c>kid</c>); null if it has none.</summary>
    public string? Id { get; }

    /// <summary>Returns the bytes of a secret: its UTF-8 text.</summary>
    public static byte[] SecretBytes(string secret) => Encoding.UTF8.GetBytes(secret);

    /// <summary>Creates a key from a shared secret of any length.</summary>
    /// <remarks>The library refuses short secrets. HMAC pads a key with zeros to the block size of its hash (RFC 2104,
    /// section 2). So a secret that is padded in advance gives the same signatures, and the library accepts
    /// it.</remarks>
    public static VerificationKey Secret(byte[] secret, string algorithm)
    {
        var block = algorithm == SigningAlgorithms.HS256 ? ShortBlockBytes : LongBlockBytes;
        var filled = new byte[Math.Max(block, secret.Length)];
        secret.CopyTo(filled, 0);
        return new VerificationKey(new SymmetricSecurityKey(filled), algorithm, null);
    }

    /// <summary>Creates a key from a public key.</summary>
    /// <exception cref="NotSupportedException">The key cannot be used with the algorithm.</exception>
    public static VerificationKey Public(JsonWebKey key, string algorithm) => new(key, algorithm, key.KeyId);

    /// <summary>Whether the token was signed with this key. HMACs are compared in constant time.</summary>
    public bool Verifies(CompactJws token) => _provider.Verify(token.Signed, token.Signature);
}
