namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What a <see cref="RegexpNode"/> is.</summary>
internal enum RegexpKind
{
    /// <summary>One character of a set.</summary>
    Set,

    /// <summary>All children, one after the other. Without children it is the empty text.</summary>
    Sequence,

    /// <summary>One of the children.</summary>
    Choice,

    /// <summary>The only child, several times.</summary>
    Repeat,

    /// <summary>The start of the component.</summary>
    Start,

    /// <summary>The end of the component.</summary>
    End,
}
