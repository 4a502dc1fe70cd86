namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The parts of a URL that a pattern is compared with, in the order in which they stand there.</summary>
internal enum UrlComponent
{
    /// <summary>The scheme.</summary>
    Protocol,

    /// <summary>The user name.</summary>
    Username,

    /// <summary>The password.</summary>
    Password,

    /// <summary>The host without the port.</summary>
    Hostname,

    /// <summary>The port.</summary>
    Port,

    /// <summary>The path.</summary>
    Pathname,

    /// <summary>The query.</summary>
    Search,

    /// <summary>The fragment.</summary>
    Hash,
}
