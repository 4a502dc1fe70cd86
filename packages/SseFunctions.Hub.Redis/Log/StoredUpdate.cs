using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>An update as Redis stores it: JSON, which people can read with <c>redis-cli</c>. Equal updates have equal
/// bytes, so that the script can compare their digests.</summary>
internal sealed record StoredUpdate(
    string[] Topics, string Data, bool Private = false, string? Type = null, long? Retry = null)
{
    // The fields of an event, as ServerSentEvent encodes them.
    private const string TypeField = "event: ";
    private const string DataField = "data: ";
    private const string RetryField = "retry: ";

    private static readonly StoredUpdateJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        // The JSON is never put into HTML, so nothing else has to be escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>An update without a topic, which is delivered to no subscriber.</summary>
    public static byte[] Placeholder { get; } = Write(new Update([], ""));

    /// <summary>Writes an update as JSON.</summary>
    public static byte[] Write(Update update)
    {
        var stored = new StoredUpdate(
            [.. update.Topics],
            // CR, LF and CRLF reach the subscriber as the same line break (WHATWG HTML 9.2.6), so they must not make
            // two updates differ.
            WellFormed(WithLineFeeds(update.Data)),
            update.IsPrivate,
            update.Type is { } type ? WellFormed(type) : null,
            (long?)update.Retry?.TotalMilliseconds);
        return JsonSerializer.SerializeToUtf8Bytes(stored, Json.StoredUpdate);
    }

    /// <summary>Writes the update of an entry. An entry holds its event only as bytes, so this method decodes
    /// them.</summary>
    /// <returns>The bytes that <see cref="Write(Update)"/> has written for this update.</returns>
    public static byte[] Write(LogEntry entry)
    {
        string? type = null;
        TimeSpan? retry = null;
        var data = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(entry.Event.Bytes.Span).Split('\n'))
        {
            if (line.StartsWith(TypeField, StringComparison.Ordinal)) type = line[TypeField.Length..];
            else if (line.StartsWith(DataField, StringComparison.Ordinal)) data.Add(line[DataField.Length..]);
            else if (line.StartsWith(RetryField, StringComparison.Ordinal))
            {
                retry = TimeSpan.FromMilliseconds(
                    long.Parse(line.AsSpan(RetryField.Length), CultureInfo.InvariantCulture));
            }
        }
        return Write(new Update(entry.Topics, string.Join('\n', data))
        {
            IsPrivate = entry.IsPrivate,
            Type = type,
            Retry = retry,
        });
    }

    /// <summary>Reads an update that <see cref="Write(Update)"/> has written.</summary>
    /// <param name="ownId">The publisher's own id; null or empty for none.</param>
    /// <param name="json">The JSON of all that the update has except its id.</param>
    /// <exception cref="JsonException">The JSON is not an update.</exception>
    public static Update Read(string? ownId, ReadOnlySpan<byte> json)
    {
        var stored = JsonSerializer.Deserialize(json, Json.StoredUpdate)
            ?? throw new JsonException("The update is null.");
        if (stored.Topics is null || Array.Exists(stored.Topics, topic => topic is null) || stored.Data is null)
            throw new JsonException("The update has no topics or no data.");
        return new Update(stored.Topics, stored.Data)
        {
            IsPrivate = stored.Private,
            Id = ownId is { Length: > 0 } ? ownId : null,
            Type = stored.Type,
            Retry = stored.Retry is { } retry ? TimeSpan.FromMilliseconds(retry) : null,
        };
    }

    // Half a surrogate pair reaches the subscriber as U+FFFD, which JSON would write in two ways.
    private static string WellFormed(string text) => text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))
        : text;

    // ReplaceLineEndings would also replace FF, NEL, LS and PS, which are not line breaks in an event.
    private static string WithLineFeeds(string text) => !text.Contains('\r', StringComparison.Ordinal)
        ? text
        : text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
