using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SseFunctions.Benchmarks.Load;

/// <summary>A token that may publish and subscribe to everything (JWS, HS256).</summary>
internal static class AccessToken
{
    private const string Header = """{"alg":"HS256","typ":"JWT"}""";
    private const string Claims = """{"mercure":{"publish":["*"],"subscribe":["*"]}}""";

    /// <summary>Creates a token that is signed with a key.</summary>
    public static string For(string key)
    {
        var content = $"{Encode(Encoding.UTF8.GetBytes(Header))}.{Encode(Encoding.UTF8.GetBytes(Claims))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(content));
        return $"{content}.{Encode(signature)}";
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
