using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the base URL of relative topics and URL patterns: the address of the hub as the client of a request
/// sees it (Mercure protocol 1.0).</summary>
internal static class BaseUrlRequest
{
    // A client can send any Host. A hub has a few addresses.
    private const int MaxKept = 256;

    // For a Host that is not one. No client of such a request has another address for the hub.
    private static readonly WhatwgUrl Unknown =
        new() { Scheme = "http", Host = "hub.invalid", Path = HubPath.Absolute };

    // One object for each address: patterns with the same object are compared with a topic that is parsed once.
    private static readonly ConcurrentDictionary<string, WhatwgUrl> Kept = new(StringComparer.Ordinal);

    /// <summary>The base URL.</summary>
    public static WhatwgUrl Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = HubPath.In((request.PathBase + request.Path).ToUriComponent());
        // Routes do not distinguish cases.
        var prefix = path[..^HubPath.Absolute.Length];
        // The header, and not the request's Host, which throws at some names.
        var address = $"{request.Scheme}://{request.Headers.Host}{prefix}{HubPath.Absolute}";
        if (Kept.TryGetValue(address, out var kept)) return kept;
        if (WhatwgUrl.Parse(address) is not { Host.Length: > 0 } url) return Unknown;
        if (Kept.Count >= MaxKept) Kept.Clear();
        return Kept.GetOrAdd(address, url);
    }
}
