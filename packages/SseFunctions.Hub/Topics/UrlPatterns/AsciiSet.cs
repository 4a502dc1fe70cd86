using System.Buffers;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Sets of ASCII characters with a bit for each.</summary>
internal static class AsciiSet
{
    /// <summary>How many ASCII characters there are.</summary>
    public const int Size = 128;

    /// <summary>The set of all ASCII characters.</summary>
    public static UInt128 All => UInt128.MaxValue;

    /// <summary><c>\d</c> of ECMAScript.</summary>
    public static UInt128 Digits { get; } = Range('0', '9');

    /// <summary><c>\w</c> of ECMAScript.</summary>
    public static UInt128 Words { get; } = Range('a', 'z') | Range('A', 'Z') | Digits | Of('_');

    /// <summary><c>\s</c> of ECMAScript.</summary>
    public static UInt128 Spaces { get; } = Range('\t', '\r') | Of(' ');

    /// <summary>The full stop of ECMAScript: all but the ends of lines.</summary>
    public static UInt128 Dot { get; } = ~(Of('\n') | Of('\r'));

    private static (UInt128 Set, SearchValues<char> Values)[] Usual { get; } =
        [.. new[] { Dot, ~Of('/'), ~Of('.'), All, Digits }.Select(set => (set, Search(set)))];

    /// <summary>The set of one character; empty if the character is not ASCII.</summary>
    public static UInt128 Of(int codePoint) => codePoint < Size ? UInt128.One << codePoint : UInt128.Zero;

    /// <summary>The set of the characters from the first to the last; those that are not ASCII are left out.</summary>
    public static UInt128 Range(int first, int last)
    {
        var set = UInt128.Zero;
        for (var i = first; i <= last && i < Size; i++) set |= Of(i);
        return set;
    }

    /// <summary>The set for searching. Those of the usual groups are made once.</summary>
    public static SearchValues<char> ForSearch(UInt128 set) =>
        Array.Find(Usual, usual => usual.Set == set).Values ?? Search(set);

    public static bool Has(UInt128 set, int codePoint) => (set & Of(codePoint)) != UInt128.Zero;

    private static SearchValues<char> Search(UInt128 set) =>
        SearchValues.Create([.. Enumerable.Range(0, Size).Where(i => Has(set, i)).Select(i => (char)i)]);
}
