using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Tests.Support;

/// <summary>Creates tokens like an application that issues them.</summary>
internal static class Jwt
{
    /// <summary>The key of local.settings.sample.json, which LocalHost uses.</summary>
    public const string Key = "local-development-key-change-me-in-azure";

    public static string Publisher(params string[] topics) => Mint(new { mercure = new { publish = topics } });

    public static string Subscriber(params string[] topics) => Mint(new { mercure = new { subscribe = topics } });

    /// <summary>Creates a correctly signed token with any claims.</summary>
    public static string Mint(object claims, string key = Key, string algorithm = "HS256")
    {
        var text = $"{Part(new { alg = algorithm, typ = "JWT" })}.{Part(claims)}";
        var (secret, bytes) = (Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
        var signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(secret, bytes),
            "HS384" => HMACSHA384.HashData(secret, bytes),
            "HS512" => HMACSHA512.HashData(secret, bytes),
            _ => [],
        };
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
