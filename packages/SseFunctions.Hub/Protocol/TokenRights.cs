using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>What a token gives rights to, as matchers: the topic selectors of a token of 0.x, or the topics in the
/// authorization details of a token of 1.0 (Mercure protocol 1.0; RFC 9396). Thread-safe.</summary>
internal static class TokenRights
{
    // Compiled patterns are kept, because the same patterns come again with each publication. Only issuers that the hub
    // trusts can fill the cache, because tokens are signed.
    private const int MaxKept = 1024;

    private static readonly ConcurrentDictionary<(WhatwgUrl BaseUrl, string Text), TopicMatcher> Patterns = new();

    /// <summary>The rights to publish; empty if there are none.</summary>
    /// <param name="claims">What the token says.</param>
    /// <param name="baseUrl">The base URL of URL patterns; null is enough for a token of 0.x.</param>
    public static TopicMatcherSet ToPublish(TokenClaims claims, WhatwgUrl? baseUrl) =>
        claims.IsAccessToken && baseUrl is not null
            ? Read(claims.Details.Where(detail => detail.Publish), baseUrl)
            : TopicMatcherSet.Parse(claims.Publish);

    /// <summary>The rights to receive private updates, and to know who is subscribed; empty if there are
    /// none.</summary>
    /// <inheritdoc cref="ToPublish"/>
    public static TopicMatcherSet ToSubscribe(TokenClaims claims, WhatwgUrl? baseUrl) =>
        claims.IsAccessToken && baseUrl is not null
            ? Read(claims.Details.Where(detail => detail.Subscribe), baseUrl)
            : TopicMatcherSet.Parse(claims.Subscribe);

    /// <summary>Returns the JSON that the token adds to each of these subscriptions. In 1.0, this is the payload of the
    /// first detail that gives a right to subscribe to the matcher's text, as if the text were a topic.</summary>
    /// <returns>Null if the token is of 0.x, or if no detail has a payload: all subscriptions then get
    /// <see cref="TokenClaims.Payload"/>.</returns>
    public static IReadOnlyList<string?>? Payloads(TokenClaims claims, WhatwgUrl baseUrl, TopicMatcherSet topics)
    {
        if (!claims.IsAccessToken || claims.Details.All(detail => detail.Payload is null)) return null;
        var details = claims.Details.Where(detail => detail.Subscribe)
            .Select(detail => (Rights: Read([detail], baseUrl), detail.Payload)).ToList();
        return [.. topics.Matchers.Select(
            matcher => details.Find(detail => detail.Rights.MatchesAny([matcher.Text])).Payload)];
    }

    // The patterns were validated with the token, but not with this base URL. A pattern that is invalid with this base
    // URL gives no right.
    private static TopicMatcherSet Read(IEnumerable<AuthorizationDetail> details, WhatwgUrl baseUrl)
    {
        List<TopicMatcher> matchers = [];
        foreach (var grant in details.SelectMany(detail => detail.Topics))
        {
            if (grant.Type == GrantType.Exact) matchers.Add(TopicMatcher.Exact(grant.Match));
            else if (TryFindPattern(grant.Match, baseUrl, out var pattern, out _)) matchers.Add(pattern);
        }
        return TopicMatcherSet.Of(matchers);
    }

    /// <summary>Returns why a text is not a URL pattern, as the rest of a sentence about it; null if it is
    /// one.</summary>
    public static string? ProblemOfPattern(string text) =>
        TryFindPattern(text, BaseUrls.Unknown, out _, out var reason) ? null : $"is not a URL pattern. {reason}";

    private static bool TryFindPattern(
        string text,
        WhatwgUrl baseUrl,
        [NotNullWhen(true)] out TopicMatcher? pattern,
        [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (Patterns.TryGetValue((baseUrl, text), out pattern)) return true;
        if (!TopicMatcher.TryParsePattern(text, baseUrl, out pattern, out reason)) return false;
        if (Patterns.Count >= MaxKept) Patterns.Clear();
        Patterns.TryAdd((baseUrl, text), pattern);
        return true;
    }
}
