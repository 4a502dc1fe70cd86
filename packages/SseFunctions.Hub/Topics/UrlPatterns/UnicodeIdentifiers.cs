using System.Globalization;
using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The characters of identifiers: ID_Start and ID_Continue of UAX #31, by the platform's version of Unicode.
/// </summary>
internal static class UnicodeIdentifiers
{
    /// <summary>Whether an identifier may start with the character.</summary>
    public static bool IsStart(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber =>
            // Pattern_Syntax.
            rune.Value is not 0x2E2F,
        // Other_ID_Start.
        _ => rune.Value is 0x1885 or 0x1886 or 0x2118 or 0x212E or 0x309B or 0x309C,
    };

    /// <summary>Whether an identifier may go on with the character.</summary>
    public static bool IsPart(Rune rune) => IsStart(rune) || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.ConnectorPunctuation => true,
        // Other_ID_Continue.
        _ => rune.Value is 0xB7 or 0x387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0x200C or 0x200D or 0x30FB or 0xFF65,
    };
}
