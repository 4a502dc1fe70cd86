using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Punycode (RFC 3492): text in ASCII letters, digits and hyphens.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int MinThreshold = 1;
    private const int MaxThreshold = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int FirstNonAscii = 0x80;
    private const string Digits = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The label in Punycode, without <c>xn--</c>. The time is O(n log n) for n code points.</summary>
    public static string Encode(List<int> codePoints)
    {
        var encoded = new StringBuilder();
        // The positions of the code points that are smaller than the one that is encoded next.
        var smaller = new PositionSet(codePoints.Count);
        List<(int CodePoint, int Position)> others = [];
        for (var position = 0; position < codePoints.Count; position++)
        {
            var codePoint = codePoints[position];
            if (codePoint >= FirstNonAscii)
            {
                others.Add((codePoint, position));
                continue;
            }
            encoded.Append((char)codePoint);
            smaller.Add(position);
        }
        others.Sort();
        var basics = encoded.Length;
        if (basics > 0) encoded.Append('-');
        var (next, bias, delta, handled) = (FirstNonAscii, InitialBias, 0L, basics);
        for (var first = 0; first < others.Count;)
        {
            var codePoint = others[first].CodePoint;
            delta += (long)(codePoint - next) * (handled + 1);
            next = codePoint + 1;
            // How many of the smaller code points are before the last position that was encoded.
            var passed = 0;
            var last = first;
            for (; last < others.Count && others[last].CodePoint == codePoint; last++)
            {
                var before = smaller.CountBefore(others[last].Position);
                delta += before - passed;
                passed = before;
                AppendNumber(encoded, delta, bias);
                bias = Adapt(delta, handled + 1, isFirst: handled == basics);
                delta = 0;
                handled++;
            }
            delta = smaller.Count - passed + 1;
            for (; first < last; first++) smaller.Add(others[first].Position);
        }
        return encoded.ToString();
    }

    /// <summary>The code points of a label in Punycode, without <c>xn--</c>. Null if it is not valid.</summary>
    public static List<int>? Decode(ReadOnlySpan<char> label)
    {
        var hyphen = label.LastIndexOf('-');
        List<int> codePoints = [];
        foreach (var basic in hyphen < 0 ? [] : label[..hyphen])
        {
            if (basic >= FirstNonAscii) return null;
            codePoints.Add(basic);
        }
        var (next, bias, index) = ((long)FirstNonAscii, InitialBias, 0L);
        for (var at = hyphen < 0 ? 0 : hyphen + 1; at < label.Length;)
        {
            var before = index;
            var weight = 1L;
            for (var k = Base; ; k += Base)
            {
                if (at == label.Length) return null;
                var digit = Digits.IndexOf(char.ToLowerInvariant(label[at++]));
                if (digit < 0) return null;
                index += digit * weight;
                if (index > int.MaxValue) return null;
                var threshold = int.Clamp(k - bias, MinThreshold, MaxThreshold);
                if (digit < threshold) break;
                weight *= Base - threshold;
                if (weight > int.MaxValue) return null;
            }
            var count = codePoints.Count + 1;
            bias = Adapt(index - before, count, isFirst: before == 0);
            next += index / count;
            index %= count;
            if (!Rune.IsValid((int)long.Min(next, int.MaxValue))) return null;
            codePoints.Insert((int)index++, (int)next);
        }
        return codePoints;
    }

    private static void AppendNumber(StringBuilder encoded, long number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = int.Clamp(k - bias, MinThreshold, MaxThreshold);
            if (number < threshold) break;
            encoded.Append(Digits[(int)(threshold + (number - threshold) % (Base - threshold))]);
            number = (number - threshold) / (Base - threshold);
        }
        encoded.Append(Digits[(int)number]);
    }

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - MinThreshold) * MaxThreshold / 2; k += Base) delta /= Base - MinThreshold;
        return (int)(k + (Base - MinThreshold + 1) * delta / (delta + Skew));
    }
}
