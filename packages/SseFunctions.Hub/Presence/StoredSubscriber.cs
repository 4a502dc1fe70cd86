using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber as it lies where all instances see it: JSON, so that people can read it there.</summary>
/// <param name="Topics">The topic selectors.</param>
/// <param name="Payload">The JSON that its token wants to be told along, as a text; null: none.</param>
/// <param name="HasEnded">Whether it has gone, and that is just being told.</param>
internal sealed record StoredSubscriber(string[] Topics, string? Payload = null, bool HasEnded = false)
{
    private static readonly StoredSubscriberJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        // It is no HTML and is never put into any.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a subscriber.</summary>
    public static string Write(ActiveSubscriber subscriber, bool hasEnded) => JsonSerializer.Serialize(
        new StoredSubscriber([.. subscriber.Topics], subscriber.Payload, hasEnded), Json.StoredSubscriber);

    /// <summary>Reads one; null if it is none, which someone else has written.</summary>
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

    /// <summary>One for each selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(string id, bool isActive) =>
        Topics.Select(topic => new SubscriptionDocument(topic, id, isActive, Payload));
}
