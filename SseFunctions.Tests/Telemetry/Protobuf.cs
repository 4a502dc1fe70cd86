using System.Buffers.Binary;
using System.Text;

namespace SseFunctions.Tests.Telemetry;

/// <summary>A minimal reader of the wire format of Protocol Buffers, for exported telemetry: the fields of one message,
/// in order.</summary>
internal sealed class Protobuf
{
    private readonly List<(int Number, ReadOnlyMemory<byte> Bytes, ulong Value)> _fields = [];

    public Protobuf(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var (number, type) = ((int)(tag >> 3), tag & 7);
            switch (type)
            {
                case 0:
                    _fields.Add((number, default, Varint(ref message)));
                    break;
                case 1:
                    _fields.Add((number, default, BinaryPrimitives.ReadUInt64LittleEndian(message.Span)));
                    message = message[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref message);
                    _fields.Add((number, message[..length], 0));
                    message = message[length..];
                    break;
                case 5:
                    _fields.Add((number, default, BinaryPrimitives.ReadUInt32LittleEndian(message.Span)));
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {type}.");
            }
        }
    }

    public IEnumerable<Protobuf> Messages(int number) => Bytes(number).Select(bytes => new Protobuf(bytes));

    public IEnumerable<ReadOnlyMemory<byte>> Bytes(int number) =>
        _fields.Where(field => field.Number == number).Select(field => field.Bytes);

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).FirstOrDefault().Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).FirstOrDefault().Span);

    public ulong Number(int number) => _fields.FirstOrDefault(field => field.Number == number).Value;

    /// <summary>Reads a packed list of doubles.</summary>
    public double[] Doubles(int number)
    {
        var bytes = Bytes(number).FirstOrDefault();
        return [.. Enumerable.Range(
            0, bytes.Length / 8).Select(index => BinaryPrimitives.ReadDoubleLittleEndian(bytes.Span[(index * 8)..]))];
    }

    /// <summary>Reads OpenTelemetry's attributes: the key, and the value as text.</summary>
    public Dictionary<string, string> Attributes(int number) => Messages(number).ToDictionary(
        pair => pair.Text(1),
        pair =>
        {
            var value = pair.Messages(2).FirstOrDefault() ?? new Protobuf(default);
            return value._fields is [(1, var bytes, _), ..]
                ? Encoding.UTF8.GetString(bytes.Span) : $"{value._fields.FirstOrDefault().Value}";
        });

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message.Span[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
