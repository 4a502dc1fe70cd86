using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Hub.Protocol;

/// <summary>Applies the hub's rules to requests of other routes.</summary>
internal sealed class RequestAuthorization(HubAccess access, IOptions<HubOptions> options) : IHubAuthorization
{
    private readonly HubOptions _options = options.Value;
    private readonly OriginList _publishOrigins = new(options.Value.PublishOrigins);

    /// <inheritdoc/>
    public async ValueTask<HubAuthorization> AuthorizePublishAsync(
        HttpRequest request, string topic, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var prefix = Prefix(request, topic);
        var resource = HubAddressRequest.ResourceIdBelow(prefix, request, _options);
        var isFromAllowedOrigin = token is { Source: TokenSource.Cookie }
            && PublishOriginRequest.Allows(request, _publishOrigins);
        var (claims, refusal) =
            await access.AuthorizePublishAsync(token, isFromAllowedOrigin, resource, cancellationToken);
        if (refusal is not null) return HubAuthorization.Refuse(refusal, prefix);
        if (TokenRights.ToPublish(claims, BaseUrls.Of(resource)).MatchesAny([topic]))
            return HubAuthorization.Allow(claims.Expires);
        const string title = "The token gives no right to publish to this topic.";
        return HubAuthorization.Refuse(access.Forbid("publish", title, claims, claims.WhyNotPublish), prefix);
    }

    /// <inheritdoc/>
    public async ValueTask<HubAuthorization> AuthorizeSubscribeAsync(
        HttpRequest request, string topic, bool isPrivate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var prefix = Prefix(request, topic);
        var resource = HubAddressRequest.ResourceIdBelow(prefix, request, _options);
        var (claims, refusal) = await access.AuthorizeSubscribeAsync(token, resource, cancellationToken);
        if (refusal is not null) return HubAuthorization.Refuse(refusal, prefix);
        if (!isPrivate) return HubAuthorization.Allow(claims.Expires);
        if (TokenRights.ToSubscribe(claims, BaseUrls.Of(resource)).MatchesAny([topic]))
            return HubAuthorization.Allow(claims.Expires);
        if (token is null)
        {
            var problem = new HubProblem(HubProblem.Unauthorized, "Send a token: this topic is private.");
            return HubAuthorization.Refuse(access.Refuse("subscribe", problem), prefix);
        }
        const string title = "The token gives no right to this topic.";
        return HubAuthorization.Refuse(access.Forbid("subscribe", title, claims, claims.WhyNotSubscribe), prefix);
    }

    /// <inheritdoc/>
    public string ClientAddress(HttpRequest request) => ClientAddressRequest.Of(request, _options.TrustedProxies);

    // The path before the hub's address, which tokens of Mercure 1.0 name, is the one before the route of this request.
    private static string Prefix(HttpRequest request, string topic)
    {
        var path = request.PathBase.Value + request.Path.Value;
        var route = topic.StartsWith('/') ? topic : $"/{topic}";
        var end = LastOf(route, path);
        if (end < 0) end = LastOf(TopicPath.Parent(route), path);
        return end > 0 ? new PathString(path[..end]).ToUriComponent() : "";
    }

    // The last place of whole segments in a path, because the prefix may contain the same segments. -1: they are not
    // in it.
    private static int LastOf(string segments, string path)
    {
        var last = -1;
        if (segments.Length == 0) return last;
        for (var at = 0; (at = path.IndexOf(segments, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var end = at + segments.Length;
            if (end == path.Length || path[end] == '/') last = at;
        }
        return last;
    }
}
