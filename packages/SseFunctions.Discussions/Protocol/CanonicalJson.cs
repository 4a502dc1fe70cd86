using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Compares JSON values without comparing their texts.</summary>
internal static class CanonicalJson
{
    /// <summary>Returns a hash that two values share if they differ only in white space, in the order of properties, in
    /// escapes, or in properties that are null.</summary>
    /// <exception cref="InvalidOperationException">A text has half of a surrogate pair.</exception>
    public static string Hash(JsonElement value)
    {
        using var canonical = new MemoryStream();
        using (var writer = new Utf8JsonWriter(canonical)) Write(value, writer);
        return Base64Url.EncodeToString(SHA256.HashData(canonical.GetBuffer().AsSpan(0, (int)canonical.Length)));
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject()
                    .Where(property => property.Value.ValueKind != JsonValueKind.Null)
                    .OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
