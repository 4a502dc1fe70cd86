namespace SseFunctions.Hub.Topics;

/// <summary>The path of the hub, as the Mercure protocol names it. The hub's own updates have topics below this path.
/// </summary>
internal static class HubPath
{
    /// <summary>The path without its first slash, as routes are written.</summary>
    public const string Route = ".well-known/mercure";

    /// <summary>The path from the root of the origin.</summary>
    public const string Absolute = "/" + Route;
}
