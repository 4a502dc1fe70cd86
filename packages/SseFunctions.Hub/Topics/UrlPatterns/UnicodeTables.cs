using System.Globalization;
using System.IO.Compression;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What domains need of the Unicode Character Database and of the table of UTS #46, both of Unicode 17.
/// Immutable and thread-safe.</summary>
/// <remarks>Read when the first domain is not ASCII. scripts/unicode-tables.mjs writes the resource.</remarks>
internal sealed class UnicodeTables
{
    private const string Resource = "SseFunctions.Hub.Topics.UrlPatterns.unicode-tables.br";
    private const int Valid = 1;
    private const int Ignored = 2;
    private const int Virama = 9;

    private static readonly Lazy<UnicodeTables> Loaded = new(Load);

    private readonly CodePointRanges _statuses;
    private readonly CodePointRanges _marks;
    private readonly CodePointRanges _classes;
    private readonly CodePointRanges _bidiClasses;
    private readonly CodePointRanges _joiningTypes;
    private readonly Dictionary<int, int[]> _mappings;
    private readonly Dictionary<int, int[]> _decompositions;
    private readonly Dictionary<(int First, int Second), int> _compositions;

    // Each line is a key, a space and its value.
    private UnicodeTables(ILookup<string, string> lines)
    {
        _statuses = CodePointRanges.Parse([(One("valid"), Valid), (One("ignored"), Ignored)]);
        _marks = CodePointRanges.Parse([(One("mark"), 1)]);
        _classes = CodePointRanges.Parse(Named("ccc", name => int.Parse(name, null)));
        _bidiClasses = CodePointRanges.Parse(Named("bidi", name => (int)Enum.Parse<BidiClass>(name)));
        _joiningTypes = CodePointRanges.Parse(Named("joining", name => name[0]));
        _mappings = Sequences(One("mapped")).ToDictionary();
        _decompositions = Sequences(One("decomposed")).ToDictionary();
        _compositions = Sequences(One("composed"))
            .ToDictionary(entry => (entry.Value[0], entry.Value[1]), entry => entry.Key);

        string One(string key) => lines[key].Single();
        IEnumerable<(string Text, int Value)> Named(string key, Func<string, int> valueOf) =>
            lines[key].Select(line => line.Split(' ')).Select(parts => (parts[1], valueOf(parts[0])));
    }

    /// <summary>The tables. The first use reads them.</summary>
    public static UnicodeTables Shared => Loaded.Value;

    /// <summary>Adds what UTS #46 maps a code point to. False if it is disallowed.</summary>
    public bool TryMap(int codePoint, List<int> mapped)
    {
        if (_mappings.TryGetValue(codePoint, out var mapping)) mapped.AddRange(mapping);
        else if (IsValid(codePoint)) mapped.Add(codePoint);
        else return _statuses.ValueOf(codePoint) == Ignored;
        return true;
    }

    /// <summary>Whether a label may have the code point.</summary>
    public bool IsValid(int codePoint) => _statuses.ValueOf(codePoint) == Valid;

    /// <summary>Whether the code point is a combining mark.</summary>
    public bool IsMark(int codePoint) => _marks.ValueOf(codePoint) != 0;

    /// <summary>Whether the code point is a virama, which joins letters.</summary>
    public bool IsVirama(int codePoint) => CombiningClassOf(codePoint) == Virama;

    /// <summary>The Canonical_Combining_Class.</summary>
    public int CombiningClassOf(int codePoint) => _classes.ValueOf(codePoint);

    /// <summary>The Bidi_Class (UAX #9).</summary>
    public BidiClass BidiClassOf(int codePoint) => (BidiClass)_bidiClasses.ValueOf(codePoint);

    /// <summary>The Joining_Type if it is L, R, D or T; 0 otherwise.</summary>
    public char JoiningTypeOf(int codePoint) => (char)_joiningTypes.ValueOf(codePoint);

    /// <summary>The full canonical decomposition. Null if it is the code point itself. Without Hangul, whose
    /// decompositions are computed.</summary>
    public int[]? DecompositionOf(int codePoint) => _decompositions.GetValueOrDefault(codePoint);

    /// <summary>The code point that two code points are composed to; null if they are not. Without Hangul, whose
    /// compositions are computed.</summary>
    public int? CompositionOf(int first, int second) =>
        _compositions.TryGetValue((first, second), out var whole) ? whole : null;

    private static UnicodeTables Load()
    {
        using var resource = typeof(UnicodeTables).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        using var reader = new StreamReader(new BrotliStream(resource, CompressionMode.Decompress));
        return new UnicodeTables(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2)).ToLookup(parts => parts[0], parts => parts[1]));
    }

    // Texts such as "c0>41 300,c1>41 301".
    private static IEnumerable<KeyValuePair<int, int[]>> Sequences(string text) =>
        from entry in text.Split(',')
        let parts = entry.Split('>')
        let values = parts[1].Split(' ')
        select KeyValuePair.Create(Hex(parts[0]), Array.ConvertAll(values, Hex));

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, null);
}
