using System.Buffers;
using System.Text;
using System.Text.Json;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>A subscription as JSON-LD if it is of Mercure 0.x (draft 07, section 7), or as JSON if it is of 1.0.
/// </summary>
/// <param name="Topic">The text of the selector or matcher.</param>
/// <param name="Subscriber">The id of the subscriber.</param>
/// <param name="IsActive">Whether the subscriber's stream is open.</param>
/// <param name="Payload">The JSON that the subscriber's token adds; null if the token adds none.</param>
/// <param name="Kind">The kind of the matcher: a selector makes the subscription one of 0.x.</param>
internal sealed record SubscriptionDocument(
    string Topic, string Subscriber, bool IsActive, string? Payload, MatchKind Kind = MatchKind.Selector)
{
    /// <summary>The SSE event type of updates about subscriptions of 1.0.</summary>
    public const string EventTypeOfV1 = "mercure";

    private const string Context = "https://mercure.rocks/";

    /// <summary>Gets the path of the subscription: its id in JSON, and the topic of its updates, to which a token must
    /// give a right. It is also the URL path of the subscription if the app's routes have no prefix.</summary>
    public string Path => PathOf(Topic, Subscriber, Kind);

    /// <summary>Whether the subscription is of Mercure 1.0.</summary>
    public bool IsOfV1 => Kind != MatchKind.Selector;

    /// <summary>The event type of the updates about this subscription; null for the default.</summary>
    public string? EventType => IsOfV1 ? EventTypeOfV1 : null;

    /// <summary>Gets the path of all subscriptions, of the subscriptions with one matcher, or of one subscription.
    /// </summary>
    /// <param name="topic">The text of the matcher; null for all subscriptions.</param>
    /// <param name="subscriber">The id of the subscriber; null for all subscribers.</param>
    /// <param name="kind">The kind of the matcher.</param>
    public static string PathOf(
        string? topic = null, string? subscriber = null, MatchKind kind = MatchKind.Selector)
    {
        if (topic is null) return HubPath.Subscriptions;
        const string all = HubPath.Subscriptions;
        var root = kind == MatchKind.Selector ? all : $"{all}/{MatchTypes.NameOf(kind)}";
        var path = $"{root}/{Uri.EscapeDataString(topic)}";
        return subscriber is null ? path : $"{path}/{Uri.EscapeDataString(subscriber)}";
    }

    /// <summary>Writes this subscription as JSON.</summary>
    /// <param name="lastEventId">The id of the log's last entry; null to leave it out. 1.0 has it in a header.</param>
    public string ToJson(string? lastEventId = null) => Write(writer =>
    {
        writer.WriteStartObject();
        if (!IsOfV1) writer.WriteString("@context", Context);
        WriteMembers(writer);
        if (lastEventId is not null && !IsOfV1) writer.WriteString("lastEventID", lastEventId);
        writer.WriteEndObject();
    });

    /// <summary>Writes a list of subscriptions of 1.0 as JSON.</summary>
    /// <param name="path">The path of the list: see <see cref="PathOf"/>.</param>
    /// <param name="documents">The subscriptions, all of 1.0.</param>
    public static string ToJson(string path, IEnumerable<SubscriptionDocument> documents) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", path);
        writer.WriteString("type", "subscriptions");
        WriteArray(writer, documents);
        writer.WriteEndObject();
    });

    /// <summary>Writes a list of subscriptions of 0.x as JSON.</summary>
    /// <param name="path">The path of the list: see <see cref="PathOf"/>.</param>
    /// <param name="lastEventId">The id of the log's last entry.</param>
    /// <param name="documents">The subscriptions, all of 0.x.</param>
    public static string ToJson(string path, string lastEventId, IEnumerable<SubscriptionDocument> documents) =>
        Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@context", Context);
            writer.WriteString("id", path);
            writer.WriteString("type", "Subscriptions");
            writer.WriteString("lastEventID", lastEventId);
            WriteArray(writer, documents);
            writer.WriteEndObject();
        });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable<SubscriptionDocument> documents)
    {
        writer.WriteStartArray("subscriptions");
        foreach (var document in documents)
        {
            writer.WriteStartObject();
            document.WriteMembers(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("id", Path);
        if (IsOfV1)
        {
            writer.WriteString("type", "subscription");
            writer.WriteString("match_type", MatchTypes.NameOf(Kind));
            writer.WriteString("match", Topic);
        }
        else
        {
            writer.WriteString("type", "Subscription");
            writer.WriteString("topic", Topic);
        }
        writer.WriteString("subscriber", Subscriber);
        writer.WriteBoolean("active", IsActive);
        if (Payload is null) return;
        writer.WritePropertyName("payload");
        writer.WriteRawValue(Payload);
    }
}
