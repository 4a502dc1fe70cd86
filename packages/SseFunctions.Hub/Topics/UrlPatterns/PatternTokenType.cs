namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What a token of a pattern is (URL Pattern Standard, section 2.1.1).</summary>
internal enum PatternTokenType : byte
{
    /// <summary><c>{</c>.</summary>
    Open,

    /// <summary><c>}</c>.</summary>
    Close,

    /// <summary><c>(...)</c>, a regular expression.</summary>
    Regexp,

    /// <summary><c>:name</c>.</summary>
    Name,

    /// <summary>A code point that stands for itself.</summary>
    Char,

    /// <summary>A code point behind a backslash.</summary>
    EscapedChar,

    /// <summary><c>?</c> or <c>+</c>.</summary>
    OtherModifier,

    /// <summary><c>*</c>, a wildcard or a modifier.</summary>
    Asterisk,

    /// <summary>The end of the pattern.</summary>
    End,

    /// <summary>Text that is not a token. Only a lenient tokenizer returns this type.</summary>
    InvalidChar,
}
