using System.Runtime.CompilerServices;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Topics;

/// <summary>The URLs of topics, for URL patterns. One thread compares a topic with the patterns of many groups of
/// subscribers in a row. Each thread keeps the last URLs, so that a topic is parsed once per publication and base URL.
/// Thread-safe.</summary>
internal static class TopicUrls
{
    /// <summary>A base URL for where the address of the hub is unknown.</summary>
    public static readonly WhatwgUrl UnknownHub =
        new() { Scheme = "http", Host = "hub.invalid", Path = HubPath.Absolute };

    /// <summary>The same base URL with the scheme https.</summary>
    public static readonly WhatwgUrl UnknownSecureHub = UnknownHub with { Scheme = "https" };

    private const int Kept = 16;

    [ThreadStatic]
    private static Entry[]? _entries;

    /// <summary>Returns the URL of a topic; null if the topic is not a URL. No pattern matches it then.</summary>
    /// <param name="topic">The topic. Only the same string object is found again, not an equal text.</param>
    /// <param name="baseUrl">What a relative topic is relative to.</param>
    public static WhatwgUrl? Parse(string topic, WhatwgUrl baseUrl)
    {
        var entries = _entries ??= new Entry[Kept];
        var hash = RuntimeHelpers.GetHashCode(topic) ^ (RuntimeHelpers.GetHashCode(baseUrl) * 31);
        ref var entry = ref entries[(int)((uint)hash % Kept)];
        if (!ReferenceEquals(entry.Topic, topic) || !ReferenceEquals(entry.BaseUrl, baseUrl))
            entry = new Entry(topic, baseUrl, WhatwgUrl.Parse(topic, baseUrl));
        return entry.Url;
    }

    /// <summary>Whether a topic is a URL whose path contains another path, on any host, scheme and port. Dot segments
    /// are resolved as they are for URL patterns, and escapes are decoded as they are for routing.</summary>
    public static bool HasInPath(string topic, WhatwgUrl baseUrl, string path) =>
        WhatwgUrl.Parse(topic, baseUrl) is { } url
        && Uri.UnescapeDataString(url.Path).Contains(path, StringComparison.OrdinalIgnoreCase);

    private readonly record struct Entry(string? Topic, WhatwgUrl? BaseUrl, WhatwgUrl? Url);
}
