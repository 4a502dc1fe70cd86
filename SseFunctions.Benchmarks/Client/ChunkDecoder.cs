namespace SseFunctions.Benchmarks.Client;

/// <summary>Decodes a chunked body (RFC 9112, 7.1) in place as it arrives. Chunk extensions and trailers are not
/// supported. A mutable struct: keep it in a field.</summary>
internal struct ChunkDecoder
{
    private const int LineEndLength = 2;
    private const int HexadecimalBase = 16;

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
    public readonly bool IsComplete => _state == State.Complete;

    /// <summary>Decodes bytes from the socket and moves the content to the start of the buffer.</summary>
    /// <returns>The number of bytes of content.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a chunked body.</exception>
    public int Decode(Span<byte> received)
    {
        var (taken, filled) = (0, 0);
        while (taken < received.Length)
        {
            switch (_state)
            {
                case State.Size:
                    ReadSize(received[taken++]);
                    break;
                case State.Data:
                    var length = (int)Math.Min(received.Length - taken, _sizeBytes);
                    received.Slice(taken, length).CopyTo(received[filled..]);
                    taken += length;
                    filled += length;
                    _sizeBytes -= length;
                    if (_sizeBytes == 0) Expect(State.DataEnd);
                    break;
                case State.DataEnd or State.LastEnd:
                    taken++;
                    if (--_lineEndLeft == 0) _state = _state == State.DataEnd ? State.Size : State.Complete;
                    break;
                default:
                    throw new InvalidDataException("The response goes on after its terminating chunk.");
            }
        }
        return filled;
    }

    private static int DigitOf(byte digit) =>
        digit <= '9' ? digit - '0' : char.ToLowerInvariant((char)digit) - 'a' + 10;

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

    private void Expect(State lineEnd)
    {
        _state = lineEnd;
        _lineEndLeft = LineEndLength;
    }
}
