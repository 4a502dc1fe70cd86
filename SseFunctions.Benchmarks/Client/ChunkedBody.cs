using System.Diagnostics.CodeAnalysis;

namespace SseFunctions.Benchmarks.Client;

/// <summary>Decodes a chunked body (RFC 9112, 7.1) as it arrives and cuts it into the blocks of a stream, which a blank
/// line ends. For servers that end their lines with LF alone.</summary>
internal sealed class ChunkedBody
{
    private const int LineEndLength = 2;
    private const int InitialBytes = 256;
    private const int HexadecimalBase = 16;

    private byte[] _decoded = new byte[InitialBytes];
    private int _taken;
    private int _filled;
    private State _state;
    private long _sizeBytes;
    private int _lineEndLeft;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        LastEnd,
        Complete,
    }

    /// <summary>Whether the terminating chunk has come.</summary>
    public bool IsComplete => _state == State.Complete;

    /// <summary>Takes what came from the socket. Blocks handed out before are valid no longer.</summary>
    /// <exception cref="InvalidDataException">It is not chunked.</exception>
    public void Add(ReadOnlySpan<byte> received)
    {
        while (!received.IsEmpty)
        {
            switch (_state)
            {
                case State.Size:
                    ReadSize(received[0]);
                    received = received[1..];
                    break;
                case State.Data:
                    var part = received[..(int)Math.Min(received.Length, _sizeBytes)];
                    Append(part);
                    received = received[part.Length..];
                    _sizeBytes -= part.Length;
                    if (_sizeBytes == 0) Expect(State.DataEnd);
                    break;
                case State.DataEnd or State.LastEnd:
                    received = received[1..];
                    if (--_lineEndLeft == 0) _state = _state == State.DataEnd ? State.Size : State.Complete;
                    break;
                default:
                    throw new InvalidDataException("The response goes on after its terminating chunk.");
            }
        }
    }

    /// <summary>The next block that is complete, without the blank line.</summary>
    public bool TryTakeBlock([NotNullWhen(true)] out ReadOnlyMemory<byte>? block)
    {
        var length = _decoded.AsSpan(_taken.._filled).IndexOf("\n\n"u8);
        block = length < 0 ? null : _decoded.AsMemory(_taken, length);
        if (length >= 0) _taken += length + LineEndLength;
        return length >= 0;
    }

    private void ReadSize(byte next)
    {
        if (char.IsAsciiHexDigit((char)next))
            _sizeBytes = (_sizeBytes * HexadecimalBase) + DigitOf(next);
        else if (next == '\n' && _sizeBytes > 0)
            _state = State.Data;
        else if (next == '\n')
            Expect(State.LastEnd);
        else if (next != '\r')
            throw new InvalidDataException("The response is not chunked.");
    }

    private static int DigitOf(byte digit) =>
        digit <= '9' ? digit - '0' : char.ToLowerInvariant((char)digit) - 'a' + 10;

    private void Expect(State lineEnd)
    {
        _state = lineEnd;
        _lineEndLeft = LineEndLength;
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
