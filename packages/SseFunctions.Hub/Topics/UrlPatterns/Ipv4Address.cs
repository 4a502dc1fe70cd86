using System.Globalization;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>IPv4 addresses as hosts of URLs (URL Standard, section 3.5): also short ones, hexadecimal and octal.
/// </summary>
internal static class Ipv4Address
{
    private const int Parts = 4;
    private const ulong TooLarge = 1UL << 32;

    /// <summary>Whether a domain ends in a number, so that it must be an IPv4 address.</summary>
    public static bool IsMeantBy(ReadOnlySpan<char> domain)
    {
        if (domain.EndsWith('.')) domain = domain[..^1];
        var last = domain[(domain.LastIndexOf('.') + 1)..];
        return !last.IsEmpty && (!last.ContainsAnyExceptInRange('0', '9') || ParseNumber(last) is not null);
    }

    /// <summary>The canonical address. Null if the text is none.</summary>
    public static string? Parse(ReadOnlySpan<char> text)
    {
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Count('.') >= Parts) return null;
        var address = 0UL;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            if (ParseNumber(text[range]) is not { } number) return null;
            parts++;
            if (range.End.GetOffset(text.Length) < text.Length)
            {
                if (number > byte.MaxValue) return null;
                address |= number << (8 * (Parts - parts));
            }
            else
            {
                if (number >= TooLarge >> (8 * (parts - 1))) return null;
                address |= number;
            }
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{address >> 24}.{(address >> 16) & 0xFF}.{(address >> 8) & 0xFF}.{address & 0xFF}");
    }

    // Every number that is too large for an address is returned as TooLarge, so that nothing overflows.
    private static ulong? ParseNumber(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return null;
        var radix = 10u;
        if (text is ['0', 'x' or 'X', ..])
        {
            text = text[2..];
            radix = 16;
        }
        else if (text is ['0', _, ..])
        {
            text = text[1..];
            radix = 8;
        }
        var number = 0UL;
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigit(digit)) return null;
            var value = (uint)Convert.ToInt32(digit.ToString(), 16);
            if (value >= radix) return null;
            number = ulong.Min(number * radix + value, TooLarge);
        }
        return number;
    }
}
