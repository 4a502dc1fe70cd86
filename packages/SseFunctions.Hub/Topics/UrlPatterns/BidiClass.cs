namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The Bidi_Class of a character (UAX #9) as far as domains distinguish them, by its short names.</summary>
internal enum BidiClass
{
    /// <summary>Any other class; no label may have it.</summary>
    Other,

    /// <summary>From left to right.</summary>
    L,

    /// <summary>From right to left.</summary>
    R,

    /// <summary>An Arabic letter.</summary>
    AL,

    /// <summary>A European number.</summary>
    EN,

    /// <summary>A separator of European numbers.</summary>
    ES,

    /// <summary>A terminator of European numbers.</summary>
    ET,

    /// <summary>An Arabic number.</summary>
    AN,

    /// <summary>A separator of all numbers.</summary>
    CS,

    /// <summary>A nonspacing mark.</summary>
    NSM,

    /// <summary>A boundary neutral.</summary>
    BN,

    /// <summary>Another neutral.</summary>
    ON,
}
