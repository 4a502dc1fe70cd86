using System.Globalization;
using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>IPv6 addresses as hosts of URLs (URL Standard, section 3.5).</summary>
internal static class Ipv6Address
{
    private const int Pieces = 8;
    private const int MaxDigits = 4;
    private const int Ipv4Pieces = 2;

    /// <summary>The canonical address in brackets. Null if the text, which has none, is no address.</summary>
    public static string? Parse(ReadOnlySpan<char> text)
    {
        Span<ushort> pieces = stackalloc ushort[Pieces];
        pieces.Clear();
        var (count, compressed, at) = (0, -1, 0);
        if (text is [':', ..])
        {
            if (text is not [_, ':', ..]) return null;
            at = 2;
            compressed = 0;
        }
        while (at < text.Length)
        {
            if (count == Pieces) return null;
            if (text[at] == ':')
            {
                if (compressed >= 0) return null;
                at++;
                compressed = count;
                continue;
            }
            var start = at;
            while (at < text.Length && at - start < MaxDigits && char.IsAsciiHexDigit(text[at])) at++;
            if (at < text.Length && text[at] == '.')
            {
                if (at == start || count > Pieces - Ipv4Pieces || !TryParseIpv4(text[start..], pieces[count..]))
                    return null;
                count += Ipv4Pieces;
                break;
            }
            var digits = text[start..at];
            pieces[count++] = digits.IsEmpty ? (ushort)0 : ushort.Parse(digits, NumberStyles.AllowHexSpecifier, null);
            if (at == text.Length) break;
            if (text[at] != ':' || ++at == text.Length) return null;
        }
        if (compressed >= 0)
        {
            var behind = pieces[compressed..count];
            var moved = pieces[(Pieces - behind.Length)..];
            behind.CopyTo(moved);
            pieces[compressed..(Pieces - moved.Length)].Clear();
        }
        else if (count != Pieces)
        {
            return null;
        }
        return Serialize(pieces);
    }

    // The four numbers at the end, as in ::ffff:192.0.2.1: no more than three digits each, without zeros at the front.
    private static bool TryParseIpv4(ReadOnlySpan<char> text, Span<ushort> pieces)
    {
        if (text.Count('.') != 3) return false;
        var address = 0u;
        foreach (var range in text.Split('.'))
        {
            var digits = text[range];
            if (digits.Length is 0 or > 3 || digits.ContainsAnyExceptInRange('0', '9') || digits is ['0', _, ..])
                return false;
            var number = uint.Parse(digits, null);
            if (number > byte.MaxValue) return false;
            address = (address << 8) | number;
        }
        pieces[0] = (ushort)(address >> 16);
        pieces[1] = (ushort)address;
        return true;
    }

    private static string Serialize(ReadOnlySpan<ushort> pieces)
    {
        var (start, length) = LongestZeros(pieces);
        var text = new StringBuilder("[");
        for (var i = 0; i < Pieces; i++)
        {
            if (i == start)
            {
                text.Append(i == 0 ? "::" : ":");
                i += length - 1;
                continue;
            }
            text.Append(pieces[i].ToString("x", null));
            if (i < Pieces - 1) text.Append(':');
        }
        return text.Append(']').ToString();
    }

    // The first of the longest runs of at least two zeros.
    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> pieces)
    {
        var (start, length) = (-1, 1);
        for (var i = 0; i < Pieces; i++)
        {
            var end = i;
            while (end < Pieces && pieces[end] == 0) end++;
            if (end - i > length) (start, length) = (i, end - i);
            i = int.Max(i, end - 1);
        }
        return (start, length);
    }
}
