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

    /// <summary>The issuer of local.settings.sample.json, whose key is <see cref="Key"/>.</summary>
    public const string Issuer = "https://development-issuer.localhost";

    /// <summary>The type of the details that hubs read.</summary>
    public const string DetailType = "https://mercure.rocks/authorization-detail";

    /// <summary>The settings of a hub that trusts <see cref="Issuer"/>. Without them, the hubs of the tests trust no
    /// issuer.</summary>
    public static readonly string[] Trusted = [$"Hub:Issuers:0:Issuer={Issuer}", $"Hub:Issuers:0:Key={Key}"];

    public static string Publisher(params string[] topics) => Mint(new { mercure = new { publish = topics } });

    public static string Subscriber(params string[] topics) => Mint(new { mercure = new { subscribe = topics } });

    /// <summary>Creates a token of Mercure 1.0 for the hub with this resource id.</summary>
    public static string Access(string resource, params object[] details) => MintAccess(new
    {
        iss = Issuer,
        aud = resource,
        exp = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
        authorization_details = details,
    });

    /// <summary>Creates an entry of authorization_details, for exact topics or <c>*</c>.</summary>
    public static object Detail(string[] actions, params string[] topics) => new
    {
        type = DetailType,
        actions,
        topics = topics.Select(match => new { match }),
    };

    /// <summary>Creates a correctly signed token of Mercure 1.0 with any claims.</summary>
    public static string MintAccess(object claims, string key = Key, string algorithm = "HS256") =>
        Mint(claims, key, algorithm, "at+jwt");

    /// <summary>Creates a correctly signed token with any claims.</summary>
    public static string Mint(object claims, string key = Key, string algorithm = "HS256", string typ = "JWT")
    {
        var text = $"{Part(new { alg = algorithm, typ })}.{Part(claims)}";
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
