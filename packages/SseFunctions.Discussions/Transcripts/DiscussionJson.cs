using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SseFunctions.Discussions.Transcripts;

/// <summary>Writes and reads the JSON of discussions.</summary>
internal static class DiscussionJson
{
    // The JSON is the body of an answer or of an event, never part of a page, so that quotes, accents and other
    // letters need no escapes. Escapes would make texts of most languages several times as long.
    private static readonly DiscussionJsonContext Context = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a snapshot.</summary>
    public static string Write(DiscussionRecord record) => JsonSerializer.Serialize(record, Context.DiscussionRecord);

    /// <summary>Writes what clients see of a discussion.</summary>
    public static string Write(Transcript transcript) => JsonSerializer.Serialize(transcript, Context.Transcript);

    public static string Write(EventData data) => JsonSerializer.Serialize(data, Context.EventData);

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="JsonException">The text is not a snapshot.</exception>
    public static DiscussionRecord ReadRecord(string json) =>
        JsonSerializer.Deserialize(json, Context.DiscussionRecord)
        ?? throw new JsonException("The stored discussion is null.");

    /// <summary>Reads the data of an event.</summary>
    /// <exception cref="JsonException">The text is not the data of an event.</exception>
    public static EventData ReadData(string json) =>
        JsonSerializer.Deserialize(json, Context.EventData) ?? throw new JsonException("The stored event is null.");
}
