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
    public async ValueTask<HubAuthorization> ToPublishAsync(
        HttpRequest request, string topic, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var resource = Resource(request, topic);
        var isFromAllowedOrigin = token is { Source: TokenSource.Cookie }
            && PublishOriginRequest.Allows(request, _publishOrigins);
        var (claims, refusal) = await access.ToPublishAsync(token, isFromAllowedOrigin, resource, cancellationToken);
        if (refusal is not null) return new HubAuthorization(refusal, null);
        if (TokenRights.ToPublish(claims, BaseUrls.Of(resource)).MatchesAny([topic]))
            return new HubAuthorization(null, claims.Expires);
        const string title = "The token gives no right to publish to this topic.";
        return new HubAuthorization(access.Forbid("publish", title, claims, claims.WhyNotPublish), null);
    }

    /// <inheritdoc/>
    public async ValueTask<HubAuthorization> ToSubscribeAsync(
        HttpRequest request, string topic, bool isPrivate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(topic);
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var resource = Resource(request, topic);
        var (claims, refusal) = await access.ToSubscribeAsync(token, resource, cancellationToken);
        if (refusal is not null) return new HubAuthorization(refusal, null);
        if (!isPrivate) return new HubAuthorization(null, claims.Expires);
        if (TokenRights.ToSubscribe(claims, BaseUrls.Of(resource)).MatchesAny([topic]))
            return new HubAuthorization(null, claims.Expires);
        if (token is null)
        {
            var problem = new HubProblem(HubProblem.Unauthorized, "Send a token: this topic is private.");
            return new HubAuthorization(access.Refuse("subscribe", problem), null);
        }
        const string title = "The token gives no right to this topic.";
        return new HubAuthorization(access.Forbid("subscribe", title, claims, claims.WhyNotSubscribe), null);
    }

    /// <inheritdoc/>
    public string ClientAddress(HttpRequest request) => ClientAddressRequest.Of(request, _options.TrustedProxies);

    // The hub's address, which tokens of Mercure 1.0 name, is below the same prefix as the route of this request.
    private string Resource(HttpRequest request, string topic)
    {
        var path = (request.PathBase + request.Path).ToUriComponent();
        var prefix = Math.Max(0, path.IndexOf(TopicPath.Parent(topic), StringComparison.OrdinalIgnoreCase));
        return HubAddressRequest.ResourceIdBelow(path[..prefix], request, _options);
    }
}
