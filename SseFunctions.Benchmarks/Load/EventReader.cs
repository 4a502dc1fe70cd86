namespace SseFunctions.Benchmarks.Load;

/// <summary>Parses the events of a stream (WHATWG HTML 9.2.6) one by one, without copying. Lines end with LF or CRLF.
/// If an event has several <c>data</c> lines, only the last one is read.</summary>
internal ref struct EventReader(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _rest = content;

    /// <summary>The bytes after the last complete event or comment.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The data of the event; empty if it has none.</summary>
    public ReadOnlySpan<byte> Data { get; private set; }

    /// <summary>The id of the event; empty if it has none.</summary>
    public ReadOnlySpan<byte> Id { get; private set; }

    /// <summary>Advances to the next complete event or comment.</summary>
    public bool Read()
    {
        Data = default;
        Id = default;
        for (var unread = _rest; ;)
        {
            var length = unread.IndexOf((byte)'\n');
            if (length < 0) return false;
            var line = unread[..length];
            unread = unread[(length + 1)..];
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (line.IsEmpty)
            {
                _rest = unread;
                return true;
            }
            if (line.StartsWith("data:"u8)) Data = ValueOf(line["data:".Length..]);
            else if (line.StartsWith("id:"u8)) Id = ValueOf(line["id:".Length..]);
        }
    }

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> value) =>
        value is [(byte)' ', ..] ? value[1..] : value;
}
