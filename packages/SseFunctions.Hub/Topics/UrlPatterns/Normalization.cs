namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Unicode Normalization Form C (UAX #15). <see cref="string.Normalize()"/> does nothing in apps that set
/// InvariantGlobalization.</summary>
internal static class Normalization
{
    private const int SBase = 0xAC00;
    private const int LBase = 0x1100;
    private const int VBase = 0x1161;
    private const int TBase = 0x11A7;
    private const int LCount = 19;
    private const int VCount = 21;
    private const int TCount = 28;
    private const int SCount = LCount * VCount * TCount;

    /// <summary>The same text in form C.</summary>
    public static List<int> ToNfc(List<int> text)
    {
        List<int> decomposed = [];
        foreach (var codePoint in text) Decompose(codePoint, decomposed);
        Reorder(decomposed);
        return Compose(decomposed);
    }

    private static void Decompose(int codePoint, List<int> decomposed)
    {
        var syllable = codePoint - SBase;
        if (syllable is >= 0 and < SCount)
        {
            decomposed.Add(LBase + syllable / (VCount * TCount));
            decomposed.Add(VBase + syllable % (VCount * TCount) / TCount);
            if (syllable % TCount != 0) decomposed.Add(TBase + syllable % TCount);
        }
        else if (UnicodeTables.Shared.DecompositionOf(codePoint) is { } parts)
        {
            decomposed.AddRange(parts);
        }
        else
        {
            decomposed.Add(codePoint);
        }
    }

    // The marks behind a starter, in the order of their classes.
    private static void Reorder(List<int> text)
    {
        for (var start = 0; start < text.Count; start++)
        {
            if (ClassOf(text[start]) == 0) continue;
            var end = start;
            while (end < text.Count && ClassOf(text[end]) != 0) end++;
            var sorted = text[start..end].OrderBy(ClassOf).ToArray();
            for (var i = 0; i < sorted.Length; i++) text[start + i] = sorted[i];
            start = end;
        }
    }

    private static List<int> Compose(List<int> text)
    {
        List<int> composed = [];
        var (starter, lastClass) = (-1, -1);
        foreach (var codePoint in text)
        {
            var own = ClassOf(codePoint);
            if (starter >= 0 && lastClass < own && ComposeTwo(composed[starter], codePoint) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }
            if (own == 0) starter = composed.Count;
            lastClass = own == 0 ? -1 : own;
            composed.Add(codePoint);
        }
        return composed;
    }

    private static int? ComposeTwo(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount && second - VBase is >= 0 and < VCount)
            return SBase + ((first - LBase) * VCount + second - VBase) * TCount;
        if (first - SBase is >= 0 and < SCount && (first - SBase) % TCount == 0 && second - TBase is > 0 and < TCount)
            return first + second - TBase;
        return UnicodeTables.Shared.CompositionOf(first, second);
    }

    private static int ClassOf(int codePoint) => UnicodeTables.Shared.CombiningClassOf(codePoint);
}
