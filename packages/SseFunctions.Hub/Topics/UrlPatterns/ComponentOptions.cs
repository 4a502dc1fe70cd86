namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>How a component's pattern is read.</summary>
/// <param name="Component">The component of the URL that the pattern is for.</param>
/// <param name="Delimiter">What ends the value of a named group; empty if nothing does.</param>
/// <param name="Prefix">The character that belongs to a group if it is directly before the group; empty if none
/// does.</param>
/// <param name="Canonicalize">Returns the canonical form of literal text; null if the text cannot be in the
/// component.</param>
internal sealed record ComponentOptions(
    UrlComponent Component, string Delimiter, string Prefix, Func<string, string?> Canonicalize)
{
    /// <summary>The options for the pattern of a component.</summary>
    /// <param name="component">The component of the URL that the pattern is for.</param>
    /// <param name="pattern">The pattern. Its start tells whether a host is an IPv6 address.</param>
    /// <param name="hasOpaquePath">Whether the path, if this is the path, is opaque.</param>
    public static ComponentOptions Of(UrlComponent component, string pattern, bool hasOpaquePath) => component switch
    {
        UrlComponent.Protocol => Plain(component, ComponentText.Protocol),
        UrlComponent.Username or UrlComponent.Password => Plain(component, ComponentText.Userinfo),
        UrlComponent.Hostname => new ComponentOptions(
            component, ".", "", IsIpv6(pattern) ? ComponentText.Ipv6Hostname : ComponentText.Hostname),
        UrlComponent.Port => Plain(component, ComponentText.Port),
        UrlComponent.Pathname when hasOpaquePath => Plain(component, ComponentText.OpaquePathname),
        UrlComponent.Pathname => new ComponentOptions(component, "/", "/", ComponentText.Pathname),
        UrlComponent.Search => Plain(component, ComponentText.Search),
        _ => Plain(component, ComponentText.Hash),
    };

    private static ComponentOptions Plain(UrlComponent component, Func<string, string?> canonicalize) =>
        new(component, "", "", canonicalize);

    private static bool IsIpv6(string hostname) => hostname is ['[', _, ..] or ['{' or '\\', '[', ..];
}
