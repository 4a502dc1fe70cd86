using System.Collections.Concurrent;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the base URL of relative topics and URL patterns (Mercure protocol 1.0): the URL in the text that
/// <c>aud</c> of a token must be or contain (<see cref="HubAddressRequest.ResourceId"/>). Thread-safe.</summary>
/// <remarks>A client can send any Host. Without <see cref="HubOptions.ResourceId"/>, the token ties the client to the
/// Host, because the token's <c>aud</c> must be the address in the request. With one, the token does not, so the Host
/// must not decide which topics a right of the token matches.</remarks>
internal static class BaseUrls
{
    // A hub has only a few addresses. The limit is needed because a client can send any Host.
    private const int MaxKept = 256;

    /// <summary>The base URL for a Host that is invalid, and for a ResourceId that is not an address. All clients then
    /// have the same base URL.</summary>
    internal static readonly WhatwgUrl Unknown = TopicUrls.UnknownHub;

    // One object for each address: patterns with the same object are compared with a topic that is parsed once.
    private static readonly ConcurrentDictionary<string, WhatwgUrl> Kept = new(StringComparer.Ordinal);

    /// <summary>Returns the base URL.</summary>
    /// <param name="resourceId">The resource id of the request. It is untrusted, because it may contain the Host.
    /// </param>
    public static WhatwgUrl Of(string resourceId)
    {
        if (Kept.TryGetValue(resourceId, out var kept)) return kept;
        if (WhatwgUrl.Parse(resourceId) is not { Scheme: "http" or "https", Host.Length: > 0 } url) return Unknown;
        if (Kept.Count >= MaxKept) Kept.Clear();
        return Kept.GetOrAdd(resourceId, url);
    }
}
