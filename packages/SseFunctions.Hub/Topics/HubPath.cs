namespace SseFunctions.Hub.Topics;

/// <summary>The path of the hub, which the Mercure protocol defines. The hub's subscription updates have topics below
/// this path.</summary>
internal static class HubPath
{
    /// <summary>The path without its first slash, as function routes are written.</summary>
    public const string Route = ".well-known/mercure";

    /// <summary>The path with its first slash.</summary>
    public const string Absolute = "/" + Route;

    /// <summary>The hub's path in this app, whose routes may have a prefix: the start of the request's path, up to the
    /// end of the hub's path. <see cref="Absolute"/> if the request's path does not contain the hub's.</summary>
    public static string In(string requestPath)
    {
        var start = requestPath.IndexOf(Absolute, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? Absolute : requestPath[..(start + Absolute.Length)];
    }
}
