using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Domains in ASCII: "domain to ASCII" of the URL Standard, section 3.3, which is UTS #46, section 4, with
/// CheckHyphens, UseSTD3ASCIIRules, Transitional_Processing and VerifyDnsLength off, CheckBidi and CheckJoiners on.
/// </summary>
/// <remarks><see cref="System.Globalization.IdnMapping"/> does not do it: it follows what the platform has, and with
/// InvariantGlobalization it neither maps nor validates.</remarks>
internal static class Idna
{
    // Limits the time for one domain. Domains of the DNS have at most 253 characters.
    private const int MaxCodePoints = 1024;

    private const string AcePrefix = "xn--";

    /// <summary>The domain in ASCII and lower case. Null if it is not valid.</summary>
    public static string? ToAscii(string domain)
    {
        if (Ascii.IsValid(domain) && !HasAceLabel(domain)) return domain.ToLowerInvariant();
        if (Map(domain) is not { } mapped) return null;
        List<List<int>> labels = [];
        foreach (var label in SplitAtDots(Normalization.ToNfc(mapped)))
        {
            if (Decode(label) is not { } decoded) return null;
            labels.Add(decoded);
        }
        var isBidi = labels.Exists(IdnaBidi.HasRightToLeft);
        if (!labels.TrueForAll(label => IdnaLabel.IsValid(label) && (!isBidi || IdnaBidi.IsValid(label)))) return null;
        return string.Join('.', labels.Select(Encode));
    }

    private static bool IsAscii(int codePoint) => codePoint <= sbyte.MaxValue;

    private static bool HasAceLabel(string domain) =>
        domain.StartsWith(AcePrefix, StringComparison.OrdinalIgnoreCase)
        || domain.Contains("." + AcePrefix, StringComparison.OrdinalIgnoreCase);

    private static List<int>? Map(string domain)
    {
        List<int> mapped = [];
        foreach (var rune in domain.EnumerateRunes())
        {
            if (!UnicodeTables.Shared.TryMap(rune.Value, mapped) || mapped.Count > MaxCodePoints) return null;
        }
        return mapped;
    }

    private static IEnumerable<List<int>> SplitAtDots(List<int> codePoints)
    {
        for (var start = 0; ;)
        {
            var dot = codePoints.IndexOf('.', start);
            yield return codePoints[start..(dot < 0 ? codePoints.Count : dot)];
            if (dot < 0) yield break;
            start = dot + 1;
        }
    }

    // The label itself, or what it says in Punycode. Null if the Punycode is not valid or not needed.
    private static List<int>? Decode(List<int> label)
    {
        if (label is not ['x', 'n', '-', '-', ..]) return label;
        var text = string.Concat(label[AcePrefix.Length..].Select(char.ConvertFromUtf32));
        var decoded = Punycode.Decode(text);
        return decoded is null || decoded.TrueForAll(IsAscii) ? null : decoded;
    }

    private static string Encode(List<int> label) => label.TrueForAll(IsAscii)
        ? string.Concat(label.Select(codePoint => (char)codePoint))
        : AcePrefix + Punycode.Encode(label);
}
