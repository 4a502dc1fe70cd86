using System.Globalization;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Numbers for ranges of code points. Immutable and thread-safe.</summary>
internal sealed class CodePointRanges
{
    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly int[] _values;

    private CodePointRanges((int Start, int End, int Value)[] ranges)
    {
        Array.Sort(ranges);
        _starts = [.. ranges.Select(range => range.Start)];
        _ends = [.. ranges.Select(range => range.End)];
        _values = [.. ranges.Select(range => range.Value)];
    }

    /// <summary>Reads texts such as <c>300-34e,35d</c>.</summary>
    /// <param name="texts">The ranges, and the number that all code points in them have.</param>
    public static CodePointRanges Parse(IEnumerable<(string Text, int Value)> texts) =>
        new([.. texts.SelectMany(entry => entry.Text.Split(',').Select(range => Parse(range, entry.Value)))]);

    /// <summary>The number of a code point; 0 if it is in no range.</summary>
    public int ValueOf(int codePoint)
    {
        var i = Array.BinarySearch(_starts, codePoint);
        if (i < 0) i = ~i - 1;
        return i >= 0 && codePoint <= _ends[i] ? _values[i] : 0;
    }

    private static (int Start, int End, int Value) Parse(string range, int value)
    {
        var ends = Array.ConvertAll(range.Split('-'), text => int.Parse(text, NumberStyles.AllowHexSpecifier, null));
        return (ends[0], ends[^1], value);
    }
}
