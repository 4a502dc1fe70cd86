namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A token of a pattern.</summary>
/// <param name="Type">What the token is.</param>
/// <param name="Index">Where the token starts in the pattern.</param>
/// <param name="Value">The code point, the name, or the regular expression, without what surrounds it.</param>
internal readonly record struct PatternToken(PatternTokenType Type, int Index, string Value);
