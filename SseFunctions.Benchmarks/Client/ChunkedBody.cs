using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Splits a chunked body, as it arrives, into the blocks of a stream. A block is an event, which a blank line
/// ends, or a comment, which is one line. Only for servers that end lines with LF.</summary>
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

    /// <summary>Adds bytes from the socket, and changes them in place. Blocks that were returned before become
    /// invalid.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a chunked body.</exception>
    public void Add(Span<byte> received) => Append(received[.._chunks.Decode(received)]);

    /// <summary>Gets the next complete block, without the line ends after it. Skips retry lines before an event, blank
    /// lines, and an id without data.</summary>
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

    // Takes the next line if it is a block by itself: a comment, a retry or a blank line.
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
