namespace SseFunctions.Hub.Topics;

/// <summary>The path of the hub, as the Mercure protocol names it. The hub's own updates have topics below this path.
/// </summary>
internal static class HubPath
{
    /// <summary>The path without its first slash, as routes are written.</summary>
    public const string Route = ".well-known/mercure";

    /// <summary>The path from the root of the origin.</summary>
    public const string Absolute = "/" + Route;

    /// <summary>Where the hub is in this app, whose routes may have a prefix: the part of a request's path up to the
    /// hub's.</summary>
    public static string In(string requestPath)
    {
        var start = requestPath.IndexOf(Absolute, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? Absolute : requestPath[..(start + Absolute.Length)];
    }
}
