using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the base URL of relative topics and URL patterns (Mercure protocol 1.0): the address of the hub as
/// the client of a request sees it, or <see cref="HubOptions.ResourceId"/> if that is set.</summary>
/// <remarks>A client can send any Host. Without a ResourceId, the token ties the client to the Host, because the
/// token's <c>aud</c> must be the address in the request. With one, the token does not, so the Host must not decide
/// which topics a right of the token matches.</remarks>
internal static class BaseUrlRequest
{
    // A client can send any Host. A hub has a few addresses.
    private const int MaxKept = 256;

    // For a Host that is not one, and for a ResourceId that is not an address. All clients then have the same base URL.
    internal static readonly WhatwgUrl Unknown =
        new() { Scheme = "http", Host = "hub.invalid", Path = HubPath.Absolute };

    // One object for each address: patterns with the same object are compared with a topic that is parsed once.
    private static readonly ConcurrentDictionary<string, WhatwgUrl> Kept = new(StringComparer.Ordinal);

    /// <summary>Returns the base URL.</summary>
    public static WhatwgUrl Of(HttpRequest request, HubOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ResourceId is { Length: > 0 } set) return Find(set);
        var path = HubPath.In((request.PathBase + request.Path).ToUriComponent());
        // Routes do not distinguish cases.
        var prefix = path[..^HubPath.Absolute.Length];
        // The header, and not the request's Host, which throws at some names.
        var address = $"{request.Scheme}://{request.Headers.Host}{prefix}{HubPath.Absolute}";
        return Find(address);
    }

    /// <summary>Returns the base URL of a hub with this resource id.</summary>
    public static WhatwgUrl Of(string resource) => Find(resource);

    private static WhatwgUrl Find(string address)
    {
        if (Kept.TryGetValue(address, out var kept)) return kept;
        if (WhatwgUrl.Parse(address) is not { Scheme: "http" or "https", Host.Length: > 0 } url) return Unknown;
        if (Kept.Count >= MaxKept) Kept.Clear();
        return Kept.GetOrAdd(address, url);
    }
}
