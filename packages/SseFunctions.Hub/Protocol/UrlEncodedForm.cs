using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace SseFunctions.Hub.Protocol;

/// <summary>Parses <c>application/x-www-form-urlencoded</c> by the WHATWG URL standard, section 5.1, but refuses
/// invalid UTF-8 instead of replacing it. Field names are case-sensitive, unlike in the forms and queries of ASP.NET
/// Core.</summary>
internal static class UrlEncodedForm
{
    private const int MaxUtf8PerChar = 3;
    private const int TripletLength = 3;

    /// <summary>Parses a body. The fields keep their order. A name without an equals sign has an empty value. A percent
    /// sign without two hexadecimal digits stands for itself.</summary>
    /// <param name="encoded">The body. Its length bounds the memory that the parser uses.</param>
    /// <param name="maxFields">The largest number of fields.</param>
    /// <param name="fields">The fields; null if there is a problem.</param>
    /// <param name="problem">What the client must change; null if the body is valid. It contains no part of the
    /// body.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> encoded,
        int maxFields,
        [NotNullWhen(true)] out List<KeyValuePair<string, string>>? fields,
        [NotNullWhen(false)] out HubProblem? problem)
    {
        var decoded = ArrayPool<byte>.Shared.Rent(encoded.Length);
        fields = [];
        problem = Parse(encoded, decoded, maxFields, fields);
        ArrayPool<byte>.Shared.Return(decoded);
        if (problem is null) return true;
        fields = null;
        return false;
    }

    /// <summary>Parses a query by the same rules as <see cref="TryParse"/>. Accepts non-ASCII characters that the
    /// client should have percent-encoded.</summary>
    /// <param name="query">The query without its question mark.</param>
    /// <param name="maxFields">The largest number of fields.</param>
    /// <param name="fields">The fields; null if there is a problem.</param>
    /// <param name="problem">What the client must change; null if the query is valid. It contains no part of the
    /// query.</param>
    public static bool TryParseQuery(
        ReadOnlySpan<char> query,
        int maxFields,
        [NotNullWhen(true)] out List<KeyValuePair<string, string>>? fields,
        [NotNullWhen(false)] out HubProblem? problem)
    {
        var encoded = ArrayPool<byte>.Shared.Rent(query.Length * MaxUtf8PerChar);
        try
        {
            if (Utf8.FromUtf16(query, encoded, out _, out var length, replaceInvalidSequences: false)
                == OperationStatus.Done) return TryParse(encoded.AsSpan(0, length), maxFields, out fields, out problem);
            fields = null;
            const string title = "The query has half of a character (a lone surrogate): percent-encode it as UTF-8.";
            problem = new HubProblem(HubProblem.BadRequest, title);
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    private static HubProblem? Parse(
        ReadOnlySpan<byte> encoded, Span<byte> decoded, int maxFields, List<KeyValuePair<string, string>> fields)
    {
        foreach (var range in encoded.Split((byte)'&'))
        {
            var field = encoded[range];
            if (field.IsEmpty) continue;
            if (fields.Count == maxFields)
                return new HubProblem(HubProblem.TooLarge, $"There are more than {maxFields} fields: send fewer.");
            var equals = field.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? field : field[..equals], decoded);
            var value = Decode(equals < 0 ? [] : field[(equals + 1)..], decoded);
            if (name is null || value is null)
            {
                return new HubProblem(HubProblem.BadRequest,
                    $"Field {fields.Count + 1} is not valid UTF-8: encode text as UTF-8, then percent-encode it.");
            }
            fields.Add(new(name, value));
        }
        return null;
    }

    // Returns null if the decoded bytes are not valid UTF-8.
    private static string? Decode(ReadOnlySpan<byte> encoded, Span<byte> decoded)
    {
        var length = 0;
        for (var rest = encoded; !rest.IsEmpty;)
        {
            var plain = rest.IndexOfAny((byte)'%', (byte)'+');
            if (plain < 0) plain = rest.Length;
            rest[..plain].CopyTo(decoded[length..]);
            length += plain;
            rest = rest[plain..];
            if (rest.IsEmpty) break;
            var taken = IsTriplet(rest) ? TripletLength : 1;
            decoded[length++] = taken == TripletLength ? (byte)(Digit(rest[1]) << 4 | Digit(rest[2]))
                : rest[0] == '+' ? (byte)' '
                : rest[0];
            rest = rest[taken..];
        }
        var bytes = decoded[..length];
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    private static bool IsTriplet(ReadOnlySpan<byte> text) => text.Length >= TripletLength && text[0] == '%'
        && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]);

    private static int Digit(byte digit) => char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
