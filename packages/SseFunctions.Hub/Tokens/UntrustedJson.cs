using System.Text.Json;
using System.Text.Unicode;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads JSON from an untrusted source. Refuses duplicate properties (RFC 7519, section 4), deep nesting, and
/// invalid UTF-8.</summary>
internal static class UntrustedJson
{
    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>Parses a document. If it is refused, returns null, and in <paramref name="problem"/> the rest of a
    /// sentence about it.</summary>
    public static JsonDocument? Read(byte[] utf8, out string problem)
    {
        problem = "is not UTF-8";
        if (!Utf8.IsValid(utf8)) return null;
        try
        {
            return JsonDocument.Parse(utf8, Options);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a property name with a lone surrogate. The messages of both exceptions contain
            // parts of the JSON, which must not be logged.
            problem = $"is not JSON, or has a name twice, or is nested more than {MaxDepth} deep";
            return null;
        }
    }

    /// <summary>Returns the text of a JSON string; null if the value is not a string, or not valid Unicode (a lone
    /// surrogate).</summary>
    public static string? Text(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
