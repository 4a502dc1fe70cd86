using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>A subscriber as the registry stores it: JSON, so that people can read it there.</summary>
/// <param name="Topics">The texts of the matchers.</param>
/// <param name="Payload">The JSON that its token adds to the subscriptions, as text; null if the token adds
/// none.</param>
/// <param name="HasEnded">Whether the subscriber has gone, and its end must still be announced.</param>
/// <param name="MatchTypes">The match type of each matcher of Mercure 1.0, and an empty text for each topic selector;
/// null if all are selectors, as instances of earlier versions write it.</param>
/// <param name="Payloads">The JSON that its token adds to each subscription, as text; null if
/// <paramref name="Payload"/> is for all.</param>
internal sealed record StoredSubscriber(
    string[] Topics,
    string? Payload = null,
    bool HasEnded = false,
    string[]? MatchTypes = null,
    string?[]? Payloads = null)
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
        new StoredSubscriber(
            [.. subscriber.Topics],
            subscriber.Payload,
            hasEnded,
            subscriber.Kinds is { } kinds ? [.. kinds.Select(Hub.Topics.MatchTypes.NameOf)] : null,
            subscriber.Payloads is { } payloads ? [.. payloads] : null),
        Json.StoredSubscriber);

    /// <summary>Reads a subscriber from JSON. Null if the text is not a subscriber, because another program has written
    /// it.</summary>
    public static StoredSubscriber? Read(string json)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(json, Json.StoredSubscriber);
            return stored is { Topics: { } topics } && (stored.MatchTypes?.Length ?? topics.Length) == topics.Length
                && (stored.Payloads?.Length ?? topics.Length) == topics.Length ? stored : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes this subscriber as JSON, as one that has gone.</summary>
    public string Ended() => JsonSerializer.Serialize(this with { HasEnded = true }, Json.StoredSubscriber);

    /// <summary>Gets one document for each matcher.</summary>
    public IEnumerable<SubscriptionDocument> Documents(string id, bool isActive) => Topics.Select((topic, index) =>
        new SubscriptionDocument(
            topic,
            id,
            isActive,
            Payloads is null ? Payload : Payloads[index],
            Hub.Topics.MatchTypes.Parse(MatchTypes?[index]) ?? MatchKind.Selector));
}
