using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>An update as it lies in Redis: JSON, so that people can read it there, and the same bytes for the same
/// update, so that Redis can compare.</summary>
internal sealed record StoredUpdate(
    string[] Topics, string Data, bool Private = false, string? Type = null, long? Retry = null)
{
    private static readonly StoredUpdateJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        // It is no HTML and is never put into any.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Says nothing to anybody: it has no topic.</summary>
    public static byte[] Nothing { get; } = Write(new Update([], ""));

    /// <summary>Writes an update.</summary>
    public static byte[] Write(Update update)
    {
        var stored = new StoredUpdate(
            [.. update.Topics],
            // All three line breaks arrive as the same (WHATWG HTML 9.2.6), so they are the same here.
            WithLineFeeds(update.Data),
            update.IsPrivate,
            update.Type,
            (long?)update.Retry?.TotalMilliseconds);
        return JsonSerializer.SerializeToUtf8Bytes(stored, Json.StoredUpdate);
    }

    /// <summary>Reads an update.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static Update Read(string? ownId, ReadOnlySpan<byte> json)
    {
        var stored = JsonSerializer.Deserialize(json, Json.StoredUpdate)
            ?? throw new JsonException("There is no update.");
        if (stored.Topics is null || Array.Exists(stored.Topics, topic => topic is null) || stored.Data is null)
            throw new JsonException("An update has topics and data.");
        return new Update(stored.Topics, stored.Data)
        {
            IsPrivate = stored.Private,
            Id = ownId is { Length: > 0 } ? ownId : null,
            Type = stored.Type,
            Retry = stored.Retry is { } retry ? TimeSpan.FromMilliseconds(retry) : null,
        };
    }

    // Not ReplaceLineEndings: that also replaces FF, NEL, LS and PS, which are no line breaks in an event.
    private static string WithLineFeeds(string text) => !text.Contains('\r', StringComparison.Ordinal)
        ? text
        : text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
