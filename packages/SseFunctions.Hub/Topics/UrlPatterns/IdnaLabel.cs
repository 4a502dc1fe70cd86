namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The validity of a label of a domain (UTS #46, section 4.1).</summary>
internal static class IdnaLabel
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Whether the label, which is not in Punycode, is valid. The rules for both directions of writing are
    /// separate.</summary>
    public static bool IsValid(List<int> label)
    {
        if (label.Count == 0) return true;
        var tables = UnicodeTables.Shared;
        if (label is ['x', 'n', '-', '-', ..] || tables.IsMark(label[0])) return false;
        if (!label.TrueForAll(codePoint => codePoint != '.' && tables.IsValid(codePoint))) return false;
        for (var i = 0; i < label.Count; i++)
        {
            if (label[i] is ZeroWidthNonJoiner or ZeroWidthJoiner && !MayJoin(label, i)) return false;
        }
        return Normalization.ToNfc(label).SequenceEqual(label);
    }

    // RFC 5892, appendixes A.1 and A.2.
    private static bool MayJoin(List<int> label, int at)
    {
        var tables = UnicodeTables.Shared;
        if (at > 0 && tables.IsVirama(label[at - 1])) return true;
        if (label[at] == ZeroWidthJoiner) return false;
        var (before, behind) = (at - 1, at + 1);
        while (before >= 0 && tables.JoiningTypeOf(label[before]) == 'T') before--;
        while (behind < label.Count && tables.JoiningTypeOf(label[behind]) == 'T') behind++;
        return before >= 0 && behind < label.Count
            && tables.JoiningTypeOf(label[before]) is 'L' or 'D'
            && tables.JoiningTypeOf(label[behind]) is 'R' or 'D';
    }
}
