using System.Globalization;
using System.Text;

namespace SseFunctions.Streaming;

/// <summary>Writes the fields of an event in the format of WHATWG HTML 9.2.5, to one array of exactly their size.
/// </summary>
internal static class EventEncoder
{
    /// <summary>Encodes an event whose type and id are known to be free of line breaks and NUL.</summary>
    public static byte[] Encode(string data, string? type, string? id, TimeSpan? retry)
    {
        var milliseconds = ((long?)retry?.TotalMilliseconds)?.ToString(CultureInfo.InvariantCulture);
        var encoded = new byte[SizeOf(type, "event: "u8) + SizeOf(milliseconds, "retry: "u8) + SizeOf(id, "id: "u8)
            + SizeOfData(data) + 1];
        var rest = encoded.AsSpan();
        WriteField(ref rest, "event: "u8, type);
        WriteField(ref rest, "retry: "u8, milliseconds);
        WriteField(ref rest, "id: "u8, id);
        var more = true;
        for (var text = data.AsSpan(); more;)
        {
            more = TakeLine(ref text, out var line);
            WriteLine(ref rest, "data: "u8, line);
        }
        rest[0] = (byte)'\n';
        return encoded;
    }

    /// <summary>Encodes the beginning of a stream: a comment, and the fields that a client stores without an event.
    /// </summary>
    /// <param name="comment">Without a line break.</param>
    /// <param name="retry">After how many milliseconds the client shall reconnect; null leaves the client's time as it
    /// is.</param>
    /// <param name="id">The event id that the client shall have until its first event, without a line break or NUL;
    /// null leaves the client's id as it is.</param>
    public static byte[] EncodeOpening(string comment, long? retry, string? id)
    {
        var retryField = retry is null ? "" : string.Create(CultureInfo.InvariantCulture, $"retry: {retry}\n");
        // An id needs an empty line after it to be stored (WHATWG HTML 9.2.6). Nothing else gets an empty line: some
        // clients take an event without data for a message.
        return Encoding.UTF8.GetBytes($": {comment}\n{retryField}{(id is null ? "" : $"id: {id}\n\n")}");
    }

    private static int SizeOf(string? value, ReadOnlySpan<byte> name) =>
        value is null ? 0 : name.Length + Encoding.UTF8.GetByteCount(value) + 1;

    private static int SizeOfData(string data)
    {
        var size = 0;
        var more = true;
        for (var text = data.AsSpan(); more;)
        {
            more = TakeLine(ref text, out var line);
            size += "data: \n".Length + Encoding.UTF8.GetByteCount(line);
        }
        return size;
    }

    private static void WriteField(ref Span<byte> rest, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) WriteLine(ref rest, name, value);
    }

    private static void WriteLine(ref Span<byte> rest, ReadOnlySpan<byte> name, scoped ReadOnlySpan<char> value)
    {
        name.CopyTo(rest);
        rest = rest[name.Length..];
        rest = rest[Encoding.UTF8.GetBytes(value, rest)..];
        rest[0] = (byte)'\n';
        rest = rest[1..];
    }

    // Not MemoryExtensions.EnumerateLines: that also splits at FF, NEL, LS and PS, which are no line ends on this wire.
    private static bool TakeLine(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> line)
    {
        var end = text.IndexOfAny('\r', '\n');
        if (end < 0)
        {
            line = text;
            return false;
        }
        line = text[..end];
        text = text[(text[end..].StartsWith("\r\n") ? end + 2 : end + 1)..];
        return true;
    }
}
