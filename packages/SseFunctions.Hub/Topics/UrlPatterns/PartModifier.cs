namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>How often a part of a pattern may occur.</summary>
internal enum PartModifier
{
    /// <summary>Once, without a modifier.</summary>
    None,

    /// <summary>Once or not at all: <c>?</c>.</summary>
    Optional,

    /// <summary>Any number of times: <c>*</c>.</summary>
    ZeroOrMore,

    /// <summary>Once or more: <c>+</c>.</summary>
    OneOrMore,
}
