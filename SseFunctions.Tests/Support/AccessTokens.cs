using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Tests.Support;

/// <summary>Makes tokens of Mercure 1.0 as an authorization server does.</summary>
internal static class AccessTokens
{
    public const string Issuer = "https://login.example";
    public const string ResourceId = "https://hub.example/.well-known/mercure";

    /// <summary>The settings with which a hub accepts these tokens.</summary>
    public static readonly string[] Settings =
        [$"Hub:Issuers:0:Issuer={Issuer}", $"Hub:Issuers:0:Key={Jwt.Key}", $"Hub:ResourceId={ResourceId}"];

    /// <summary>A token that may publish to all topics.</summary>
    public static readonly string PublishAll = Publisher("*");

    /// <summary>A token that may receive the private updates of all topics.</summary>
    public static readonly string SubscribeAll = Subscriber("*");

    public static string Publisher(params string[] topics) => Of(Detail("publish", null, topics));

    public static string Subscriber(params string[] topics) => Of(Detail("subscribe", null, topics));

    /// <summary>A detail for topics, of which those that begin with <c>~</c> are URL patterns.</summary>
    public static object Detail(string action, object? payload, params string[] topics)
    {
        var detail = new Dictionary<string, object>
        {
            ["type"] = "https://mercure.rocks/authorization-detail",
            ["actions"] = new[] { action },
            ["topics"] = topics.Select(topic => topic.StartsWith('~')
                ? (object)new { match = topic[1..], match_type = "urlpattern" }
                : new { match = topic }).ToArray(),
        };
        if (payload is not null) detail["payload"] = payload;
        return detail;
    }

    /// <summary>A token with these details.</summary>
    public static string Of(params object[] details)
    {
        var text = $"{Part(new { alg = "HS256", typ = "at+jwt" })}." + Part(new
        {
            iss = Issuer,
            aud = ResourceId,
            exp = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds(),
            authorization_details = details,
        });
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Jwt.Key), Encoding.UTF8.GetBytes(text));
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
