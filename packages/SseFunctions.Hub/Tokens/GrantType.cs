namespace SseFunctions.Hub.Tokens;

/// <summary>How a <see cref="TopicGrant"/> is compared with topics.</summary>
internal enum GrantType
{
    /// <summary>The topic is equal to the text, byte by byte.</summary>
    Exact,

    /// <summary>The text is a URL pattern that matches the topic.</summary>
    UrlPattern,
}
