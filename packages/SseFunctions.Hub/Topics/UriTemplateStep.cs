namespace SseFunctions.Hub.Topics;

/// <summary>Which characters of the topic a step of a <see cref="UriTemplate"/> takes.</summary>
internal enum StepKind : byte
{
    /// <summary>One given character. The next step follows.</summary>
    Literal,

    /// <summary>One given character before a value; or nothing, and the expression ends.</summary>
    Separator,

    /// <summary>Any number of allowed characters and percent triplets. The next two steps take the digits of a
    /// triplet.</summary>
    Value,

    /// <summary>The first hexadecimal digit of a percent triplet.</summary>
    HighDigit,

    /// <summary>The second hexadecimal digit of a percent triplet. The value continues after it.</summary>
    LowDigit,
}

/// <summary>The characters that a value may contain, besides percent triplets. Each set includes the previous one.
/// </summary>
internal enum ValueCharacters : byte
{
    /// <summary>The unreserved characters of RFC 6570, and the comma, which separates values.</summary>
    Unreserved,

    /// <summary>Also the equals sign, which separates names from values.</summary>
    Named,

    /// <summary>All characters that a URI may contain. <c>{+name}</c> and <c>{#name}</c> do not encode them.</summary>
    Reserved,
}

/// <summary>One step of a <see cref="UriTemplate"/>.</summary>
/// <param name="Kind">The kind of the step.</param>
/// <param name="Character">The character that a literal or a separator takes.</param>
/// <param name="Allowed">The characters that a value takes.</param>
/// <param name="Target">Of a separator: the step after the expression. Of a value: the separator that may follow it,
/// any number of times; <see cref="None"/> if only the next step may follow.</param>
internal readonly record struct UriTemplateStep(
    StepKind Kind, char Character = '\0', ValueCharacters Allowed = default, short Target = UriTemplateStep.None)
{
    /// <summary>The target of a step that has none.</summary>
    public const short None = -1;

    /// <summary>The number of steps of a value.</summary>
    public const int OfValue = 3;
}
