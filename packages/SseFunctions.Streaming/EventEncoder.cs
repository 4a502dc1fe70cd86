using System.Globalization;
using System.Text;

namespace SseFunctions.Streaming;

/// <summary>Encodes events in the format of WHATWG HTML 9.2.5, each into one array of exactly the event's
/// size.</summary>
internal static class EventEncoder
{
    /// <summary>Encodes an event. The caller has checked that type and id contain no line break and no NUL.</summary>
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

    /// <summary>Encodes the start of a stream: a comment, and fields that a client stores without an event.</summary>
    /// <param name="comment">The comment, without a line break.</param>
    /// <param name="retry">The time in milliseconds after which the client reconnects; null: the client keeps its
    /// time.</param>
    /// <param name="id">The event id that the client has until its first event, without a line break or NUL; null: the
    /// client keeps its id.</param>
    public static byte[] EncodeOpening(string comment, long? retry, string? id)
    {
        var retryField = retry is null ? "" : string.Create(CultureInfo.InvariantCulture, $"retry: {retry}\n");
        // A client stores an id only at the empty line after it (WHATWG HTML 9.2.6). Without an id there is no empty
        // line, because some clients treat an event without data as a message.
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

    // Not MemoryExtensions.EnumerateLines: it also splits at FF, NEL, LS and PS, which do not end a line in an event
    // stream.
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
