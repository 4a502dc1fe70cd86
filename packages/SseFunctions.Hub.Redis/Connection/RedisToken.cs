using System.Buffers.Text;
using System.Text.Json;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>A token of Microsoft Entra ID for Redis. Redis accepts the token as the password of a user whose name is
/// the identity's object id.</summary>
internal sealed class RedisToken
{
    private RedisToken(string text, string objectId, DateTimeOffset expiresOn) =>
        (Text, ObjectId, ExpiresOn) = (text, objectId, expiresOn);

    /// <summary>The token itself. A secret: never log it.</summary>
    public string Text { get; }

    /// <summary>The object id of the identity that the token belongs to.</summary>
    public string ObjectId { get; }

    /// <summary>When the token expires. Redis then closes the connections that signed in with it.</summary>
    public DateTimeOffset ExpiresOn { get; }

    /// <summary>Reads the object id from a token. The token is not verified: Redis does that.</summary>
    /// <exception cref="InvalidOperationException">The token has no object id. The message does not contain the token.
    /// </exception>
    public static RedisToken Read(string text, DateTimeOffset expiresOn)
    {
        try
        {
            if (text.Split('.') is [_, var claims, _])
            {
                using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
                if (json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("oid", out var id)
                    && id.ValueKind == JsonValueKind.String
                    && id.GetString() is { Length: > 0 } objectId)
                    return new RedisToken(text, objectId, expiresOn);
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // A malformed token is reported like a token without an object id.
        }
        throw new InvalidOperationException("The token does not name its identity: the claim oid is missing.");
    }
}
