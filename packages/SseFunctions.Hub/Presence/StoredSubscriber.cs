using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber as the registry stores it: JSON, so that people can read it there.</summary>
/// <param name="Topics">The topic selectors.</param>
/// <param name="Payload">The JSON that its token adds to the subscriptions, as text; null if the token adds
/// none.</param>
/// <param name="HasEnded">Whether the subscriber has gone, and its end must still be announced.</param>
internal sealed record StoredSubscriber(string[] Topics, string? Payload = null, bool HasEnded = false)
{
    private static readonly StoredSubscriberJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        // The JSON is not HTML and is never put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a subscriber as JSON.</summary>
    public static string Write(ActiveSubscriber subscriber, bool hasEnded) => JsonSerializer.Serialize(
        new StoredSubscriber([.. subscriber.Topics], subscriber.Payload, hasEnded), Json.StoredSubscriber);

    /// <summary>Reads a subscriber from JSON. Null if the text is not a subscriber, because another program has written
    /// it.</summary>
    public static StoredSubscriber? Read(string json)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(json, Json.StoredSubscriber);
            return stored?.Topics is null ? null : stored;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Gets one document for each topic selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(string id, bool isActive) =>
        Topics.Select(topic => new SubscriptionDocument(topic, id, isActive, Payload));
}
