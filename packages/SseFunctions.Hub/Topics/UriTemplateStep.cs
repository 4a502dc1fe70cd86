namespace SseFunctions.Hub.Topics;

/// <summary>What a step of a <see cref="UriTemplate"/> takes from the topic.</summary>
internal enum StepKind : byte
{
    /// <summary>One given character; then comes the next step.</summary>
    Literal,

    /// <summary>One given character, and the value behind it; or nothing, and the expression is over.</summary>
    Separator,

    /// <summary>Any number of a value's characters and percent triplets, whose digits the two next steps
    /// take.</summary>
    Value,

    /// <summary>The first hexadecimal digit of a percent triplet.</summary>
    HighDigit,

    /// <summary>The second hexadecimal digit of a percent triplet; then comes the value again.</summary>
    LowDigit,
}

/// <summary>The characters that a value may have besides percent triplets. Each set holds the one before it.</summary>
internal enum ValueCharacters : byte
{
    /// <summary>RFC 6570's unreserved characters, and the comma between several values.</summary>
    Unreserved,

    /// <summary>The equals sign too, between names and values.</summary>
    Named,

    /// <summary>All that a URI may hold, as <c>{+name}</c> and <c>{#name}</c> let through.</summary>
    Reserved,
}

/// <summary>One step of a <see cref="UriTemplate"/>.</summary>
/// <param name="Kind">What it takes.</param>
/// <param name="Character">What a literal or a separator takes.</param>
/// <param name="Allowed">What a value takes.</param>
/// <param name="Target">Of a separator: the step behind the expression. Of a value: the separator that may follow it,
/// any number of times; <see cref="None"/> if the next step alone may.</param>
internal readonly record struct UriTemplateStep(
    StepKind Kind, char Character = '\0', ValueCharacters Allowed = default, short Target = UriTemplateStep.None)
{
    /// <summary>The target of a step that has none.</summary>
    public const short None = -1;

    /// <summary>How many steps a value is.</summary>
    public const int OfValue = 3;
}
