using System.Text.Json;
using System.Text.Unicode;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads JSON that a stranger wrote: no property twice (RFC 7519, section 4), no depth without end, valid
/// UTF-8.</summary>
internal static class UntrustedJson
{
    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>The document, or null and then the rest of a sentence on what was read.</summary>
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
            // A name with half of a pair of surrogates is the latter. Both tell parts of the text: not for a log.
            problem = $"is not JSON, or has a name twice, or is nested more than {MaxDepth} deep";
            return null;
        }
    }

    /// <summary>The text of a JSON string; null if it is no string, or not Unicode (half of a pair of surrogates).
    /// </summary>
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
