namespace SseFunctions.Hub.Topics;

/// <summary>The path of the hub, which the Mercure protocol defines, and the paths that follow from it.</summary>
internal static class HubPath
{
    /// <summary>The path without its first slash, as function routes are written.</summary>
    public const string Route = ".well-known/mercure";

    /// <summary>The path with its first slash.</summary>
    public const string Absolute = "/" + Route;

    /// <summary>The path of the subscription API. The hub's subscription updates have topics below it.</summary>
    public const string Subscriptions = Absolute + "/subscriptions";

    /// <summary>The route of the hub's metadata (RFC 9728, section 3.1).</summary>
    public const string MetadataRoute = ".well-known/oauth-protected-resource/" + Route;

    /// <summary>The prefix of this app's routes, with a slash before it and none after it; empty if there is none.
    /// </summary>
    /// <param name="requestPath">The path of a request to the hub or for its metadata.</param>
    public static string PrefixIn(string requestPath)
    {
        var hub = requestPath.IndexOf(Absolute, StringComparison.OrdinalIgnoreCase);
        var metadata = requestPath.IndexOf("/" + MetadataRoute, StringComparison.OrdinalIgnoreCase);
        // The first of the two: after the hub's path, the name of a subscription can contain anything.
        var end = metadata >= 0 && metadata < hub ? metadata : hub;
        return end < 0 ? "" : requestPath[..end];
    }

    /// <summary>The hub's path in this app, whose routes may have a prefix.</summary>
    /// <inheritdoc cref="PrefixIn"/>
    public static string In(string requestPath) => PrefixIn(requestPath) + Absolute;
}
