using System.Buffers.Text;
using System.Text.Json;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>A token of Microsoft Entra ID for Redis: the password of a user whose name is the identity's object id.
/// </summary>
internal sealed class RedisToken
{
    private RedisToken(string text, string objectId, DateTimeOffset expiresOn) =>
        (Text, ObjectId, ExpiresOn) = (text, objectId, expiresOn);

    /// <summary>The token. A secret.</summary>
    public string Text { get; }

    /// <summary>Whose it is.</summary>
    public string ObjectId { get; }

    /// <summary>When Redis ends the connections that were opened with it.</summary>
    public DateTimeOffset ExpiresOn { get; }

    /// <summary>Reads whose a token is. It is not verified: Redis does that.</summary>
    /// <exception cref="InvalidOperationException">It does not say whose it is. The token is not in the message.
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
            // As below.
        }
        throw new InvalidOperationException("The token does not say whose it is: there is no claim oid in it.");
    }
}
