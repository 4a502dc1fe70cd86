using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Cuts a chunked body, as it arrives, into the blocks of a stream: an event, which a blank line ends, or a
/// comment, which is one line. For servers that end their lines with LF alone.</summary>
internal sealed class ChunkedBody
{
    private const int BlankLineLength = 2;
    private const int InitialBytes = 256;

    private ChunkDecoder _chunks;
    private byte[] _decoded = new byte[InitialBytes];
    private int _taken;
    private int _filled;

    /// <summary>Whether the terminating chunk has come.</summary>
    public bool IsComplete => _chunks.IsComplete;

    /// <summary>Takes what came from the socket, and leaves it changed. Blocks handed out before are valid no longer.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not chunked.</exception>
    public void Add(Span<byte> received) => Append(received[.._chunks.Decode(received)]);

    /// <summary>The next block that is complete, without what ends it. Lines that stand before an event and say when to
    /// come again, blank lines, and an id without data are passed over.</summary>
    public bool TryTakeBlock([NotNullWhen(true)] out ReadOnlyMemory<byte>? block)
    {
        while (true)
        {
            while (TryTakeLine(out var line))
            {
                block = line;
                if (line.Span is [(byte)':', ..]) return true;
            }
            block = null;
            var length = _decoded.AsSpan(_taken.._filled).IndexOf("\n\n"u8);
            if (length < 0) return false;
            var taken = _decoded.AsMemory(_taken, length);
            _taken += length + BlankLineLength;
            block = taken;
            var isIdAlone = taken.Span.StartsWith("id:"u8) && !taken.Span.Contains((byte)'\n');
            if (!isIdAlone) return true;
        }
    }

    // A line of its own, if the next one is.
    private bool TryTakeLine(out ReadOnlyMemory<byte> line)
    {
        var rest = _decoded.AsSpan(_taken.._filled);
        line = default;
        if (!rest.StartsWith(":"u8) && !rest.StartsWith("retry:"u8) && !rest.StartsWith("\n"u8)) return false;
        var length = rest.IndexOf((byte)'\n');
        if (length < 0) return false;
        line = _decoded.AsMemory(_taken, length);
        _taken += length + 1;
        return true;
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_taken == _filled)
        {
            _taken = _filled = 0;
        }
        else if (_filled + part.Length > _decoded.Length)
        {
            _decoded.AsSpan(_taken.._filled).CopyTo(_decoded);
            (_taken, _filled) = (0, _filled - _taken);
        }
        if (_filled + part.Length > _decoded.Length)
            Array.Resize(ref _decoded, Math.Max(_decoded.Length * 2, _filled + part.Length));
        part.CopyTo(_decoded.AsSpan(_filled));
        _filled += part.Length;
    }
}
