namespace SseFunctions.Hub.Tokens;

/// <summary>The algorithms that tokens can be signed with (RFC 7518, section 3.1).</summary>
internal static class SigningAlgorithms
{
    public const string HS256 = "HS256";
    public const string HS384 = "HS384";
    public const string HS512 = "HS512";
    public const string RS256 = "RS256";
    public const string ES256 = "ES256";

    /// <summary>All algorithms, in the order in which messages name them.</summary>
    public static IReadOnlyList<string> All { get; } = [HS256, HS384, HS512, RS256, ES256];

    /// <summary>Whether the algorithm is an HMAC, for which the signer and the hub share a secret.</summary>
    public static bool IsHmac(string algorithm) => algorithm is HS256 or HS384 or HS512;

    /// <summary>The recommended minimum length of a secret: the length of the hash (RFC 7518, section 3.2).</summary>
    public static int AdvisedSecretBits(string algorithm) => algorithm switch
    {
        HS384 => 384,
        HS512 => 512,
        _ => 256,
    };
}
