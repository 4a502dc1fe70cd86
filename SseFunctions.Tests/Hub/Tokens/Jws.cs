using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SseFunctions.Tests.Hub.Tokens;

/// <summary>Creates valid and invalid tokens, without code of the product.</summary>
internal static class Jws
{
    /// <summary>The default claims.</summary>
    public const string Claims = """
        {"mercure":{"publish":["*"],"subscribe":["https://a.example/{id}","b"],"payload":{"user":7}}}
        """;

    public static string Signed(
        string secret, string claims = Claims, string algorithm = "HS256", string? header = null) =>
        Signed(Encoding.UTF8.GetBytes(secret), claims, algorithm, header);

    public static string Signed(
        byte[] secret, string claims = Claims, string algorithm = "HS256", string? header = null) =>
        Signed(input => Hmac(algorithm, secret, input), claims, header ?? $$"""{"alg":"{{algorithm}}","typ":"JWT"}""");

    public static string Signed(RSA key, string claims = Claims, string? header = null) => Signed(
        input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), claims, header
            ?? """{"alg":"RS256"}""");

    public static string Signed(ECDsa key, string claims = Claims, string? header = null) => Signed(
        input => key.SignData(input, HashAlgorithmName.SHA256), claims, header ?? """{"alg":"ES256"}""");

    public static string Signed(Func<byte[], byte[]> sign, string claims, string header) =>
        Signed(sign, Encoding.UTF8.GetBytes(claims), Encoding.UTF8.GetBytes(header));

    public static string Signed(Func<byte[], byte[]> sign, byte[] claims, byte[] header)
    {
        var input = Encode(header) + "." + Encode(claims);
        return input + "." + Encode(sign(Encoding.ASCII.GetBytes(input)));
    }

    public static byte[] Hmac(string algorithm, byte[] secret, byte[] input) => algorithm switch
    {
        "HS384" => HMACSHA384.HashData(secret, input),
        "HS512" => HMACSHA512.HashData(secret, input),
        _ => HMACSHA256.HashData(secret, input),
    };

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
