namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The rule for domains with text that is written from right to left (RFC 5893, section 2).</summary>
internal static class IdnaBidi
{
    /// <summary>Whether the rule applies to a domain with this label.</summary>
    public static bool HasRightToLeft(List<int> label) => label.Exists(
        codePoint => UnicodeTables.Shared.BidiClassOf(codePoint) is BidiClass.R or BidiClass.AL or BidiClass.AN);

    /// <summary>Whether the label obeys the rule.</summary>
    public static bool IsValid(List<int> label)
    {
        if (label.Count == 0) return true;
        var classes = label.ConvertAll(UnicodeTables.Shared.BidiClassOf);
        var last = classes.FindLast(value => value != BidiClass.NSM);
        return classes[0] switch
        {
            BidiClass.R or BidiClass.AL =>
                classes.TrueForAll(value => value is BidiClass.R or BidiClass.AL or BidiClass.AN || IsNeutral(value))
                && last is BidiClass.R or BidiClass.AL or BidiClass.EN or BidiClass.AN
                && !(classes.Contains(BidiClass.EN) && classes.Contains(BidiClass.AN)),
            BidiClass.L =>
                classes.TrueForAll(value => value is BidiClass.L || IsNeutral(value))
                && last is BidiClass.L or BidiClass.EN,
            _ => false,
        };
    }

    private static bool IsNeutral(BidiClass value) => value is BidiClass.EN or BidiClass.ES or BidiClass.CS
        or BidiClass.ET or BidiClass.ON or BidiClass.BN or BidiClass.NSM;
}
