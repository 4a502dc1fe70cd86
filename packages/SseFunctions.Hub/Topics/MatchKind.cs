namespace SseFunctions.Hub.Topics;

/// <summary>How a <see cref="TopicMatcher"/> is compared with topics.</summary>
internal enum MatchKind
{
    /// <summary>As a topic selector of Mercure 0.x: by equality, or as a URI Template (RFC 6570).</summary>
    Selector,

    /// <summary>By equality alone (Mercure 1.0, match type <c>exact</c>).</summary>
    Exact,

    /// <summary>As a URL pattern (Mercure 1.0, match type <c>urlpattern</c>).</summary>
    UrlPattern,
}
