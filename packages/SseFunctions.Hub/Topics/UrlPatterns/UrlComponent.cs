namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The parts of a URL that a pattern is compared with, in the order in which they stand there.</summary>
internal enum UrlComponent
{
    /// <summary>The scheme.</summary>
    Protocol,

    Username,

    Password,

    /// <summary>The host without the port.</summary>
    Hostname,

    Port,

    /// <summary>The path.</summary>
    Pathname,

    /// <summary>The query.</summary>
    Search,

    /// <summary>The fragment.</summary>
    Hash,
}
