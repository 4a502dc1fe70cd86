using System.Text;

namespace SseFunctions.Tests.Support;

/// <summary>Writes a message in the wire format of Protocol Buffers, with fields of bytes, texts and
/// messages.</summary>
internal sealed class ProtobufMessage
{
    private const int LengthDelimited = 2;

    private readonly List<byte> _bytes = [];

    public ProtobufMessage Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    public ProtobufMessage Bytes(int number, ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)((number << 3) | LengthDelimited));
        Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
