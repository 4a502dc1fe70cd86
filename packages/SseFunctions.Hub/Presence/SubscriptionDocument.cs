using System.Buffers;
using System.Text;
using System.Text.Json;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>A subscription as JSON-LD (Mercure protocol, draft 07, section 7).</summary>
/// <param name="Topic">The topic selector.</param>
/// <param name="Subscriber">The id of the subscriber.</param>
/// <param name="IsActive">Whether the subscriber's stream is open.</param>
/// <param name="Payload">The JSON that the subscriber's token adds; null if the token adds none.</param>
internal sealed record SubscriptionDocument(string Topic, string Subscriber, bool IsActive, string? Payload)
{
    private const string Root = HubPath.Absolute + "/subscriptions";
    private const string Context = "https://mercure.rocks/";

    /// <summary>Gets the path of the subscription: its id in JSON, and the topic of its updates, to which a token must
    /// give a right. It is also the URL path of the subscription if the app's routes have no prefix.</summary>
    public string Path => PathOf(Topic, Subscriber);

    /// <summary>Gets the path of all subscriptions, of the subscriptions with one topic selector, or of one
    /// subscription.</summary>
    /// <param name="topic">The topic selector; null for all subscriptions.</param>
    /// <param name="subscriber">The id of the subscriber; null for all subscribers.</param>
    public static string PathOf(string? topic = null, string? subscriber = null)
    {
        if (topic is null) return Root;
        var path = $"{Root}/{Uri.EscapeDataString(topic)}";
        return subscriber is null ? path : $"{path}/{Uri.EscapeDataString(subscriber)}";
    }

    /// <summary>Writes this subscription as JSON.</summary>
    /// <param name="lastEventId">The id of the log's last entry; null to leave it out.</param>
    public string ToJson(string? lastEventId = null) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("@context", Context);
        WriteMembers(writer);
        if (lastEventId is not null) writer.WriteString("lastEventID", lastEventId);
        writer.WriteEndObject();
    });

    /// <summary>Writes a list of subscriptions as JSON.</summary>
    /// <param name="path">The path of the list: see <see cref="PathOf"/>.</param>
    /// <param name="lastEventId">The id of the log's last entry.</param>
    /// <param name="documents">The subscriptions.</param>
    public static string ToJson(string path, string lastEventId, IEnumerable<SubscriptionDocument> documents) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@context", Context);
            writer.WriteString("id", path);
            writer.WriteString("type", "Subscriptions");
            writer.WriteString("lastEventID", lastEventId);
            writer.WriteStartArray("subscriptions");
            foreach (var document in documents)
            {
                writer.WriteStartObject();
                document.WriteMembers(writer);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("id", Path);
        writer.WriteString("type", "Subscription");
        writer.WriteString("topic", Topic);
        writer.WriteString("subscriber", Subscriber);
        writer.WriteBoolean("active", IsActive);
        if (Payload is null) return;
        writer.WritePropertyName("payload");
        writer.WriteRawValue(Payload);
    }
}
