namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Where the <see cref="ConstructorStringParser"/> is. The states of components have their names and
/// numbers.</summary>
internal enum ConstructorStringState
{
    /// <summary>At the start: is there a protocol?</summary>
    Init = -2,

    /// <summary>Behind the protocol: is there a user name?</summary>
    Authority = -1,

    /// <inheritdoc cref="UrlComponent.Protocol"/>
    Protocol = UrlComponent.Protocol,

    /// <inheritdoc cref="UrlComponent.Username"/>
    Username = UrlComponent.Username,

    /// <inheritdoc cref="UrlComponent.Password"/>
    Password = UrlComponent.Password,

    /// <inheritdoc cref="UrlComponent.Hostname"/>
    Hostname = UrlComponent.Hostname,

    /// <inheritdoc cref="UrlComponent.Port"/>
    Port = UrlComponent.Port,

    /// <inheritdoc cref="UrlComponent.Pathname"/>
    Pathname = UrlComponent.Pathname,

    /// <inheritdoc cref="UrlComponent.Search"/>
    Search = UrlComponent.Search,

    /// <inheritdoc cref="UrlComponent.Hash"/>
    Hash = UrlComponent.Hash,

    /// <summary>At the end of the string.</summary>
    Done,
}
