using System.Buffers.Text;
using System.Diagnostics;

namespace SseFunctions.Benchmarks.Load;

/// <summary>The data of a load's update: <c>publisher.sequence.timestamp.</c> and padding. Only digits, full stops and
/// the letter x, which form encoding does not change.</summary>
/// <param name="Publisher">The number of the publisher, from 0.</param>
/// <param name="Sequence">The number of the publisher's update, from 1.</param>
/// <param name="SentAt">The time of sending, as <see cref="Stopwatch.GetTimestamp"/>.</param>
internal readonly record struct Stamp(int Publisher, int Sequence, long SentAt)
{
    /// <summary>The minimum size of a stamp, in bytes.</summary>
    public const int MinBytes = PublisherDigits + SequenceDigits + SentAtDigits + Separators;

    /// <summary>The length of the start of a stamp that is unique to the update, in bytes.</summary>
    public const int KeyBytes = PublisherDigits + 1 + SequenceDigits;

    private const int PublisherDigits = 4;
    private const int SequenceDigits = 9;
    private const int SentAtDigits = 19;
    private const int Separators = 3;
    private const byte Separator = (byte)'.';
    private const byte Padding = (byte)'x';
    private const int SequenceBits = 32;

    /// <summary>A number that identifies the update, independent of its timestamp.</summary>
    public long Key => ((long)Publisher << SequenceBits) | (uint)Sequence;

    /// <summary>Reads the stamp at the start of the data of an update; false if there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out Stamp stamp)
    {
        stamp = default;
        var sequence = data.Length < MinBytes ? default : data[(PublisherDigits + 1)..];
        if (sequence.IsEmpty
            || !Utf8Parser.TryParse(data[..PublisherDigits], out int publisher, out _)
            || !Utf8Parser.TryParse(sequence[..SequenceDigits], out int number, out _)
            || !Utf8Parser.TryParse(sequence.Slice(SequenceDigits + 1, SentAtDigits), out long sentAt, out _))
        {
            return false;
        }
        stamp = new Stamp(publisher, number, sentAt);
        return true;
    }

    /// <summary>Writes the stamp and the padding, which fill the data.</summary>
    public void Write(Span<byte> data)
    {
        data.Fill(Padding);
        Write(ref data, Publisher, PublisherDigits);
        Write(ref data, Sequence, SequenceDigits);
        Write(ref data, SentAt, SentAtDigits);
    }

    private static void Write(ref Span<byte> data, long value, int digits)
    {
        Utf8Formatter.TryFormat(value, data, out _, new System.Buffers.StandardFormat('D', (byte)digits));
        data[digits] = Separator;
        data = data[(digits + 1)..];
    }
}
