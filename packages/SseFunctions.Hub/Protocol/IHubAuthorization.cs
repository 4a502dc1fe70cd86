using Microsoft.AspNetCore.Http;

namespace SseFunctions.Hub;

/// <summary>Lets an app's own routes follow the hub's rules: the same tokens, the same rights, the same answers. Counts
/// and logs refusals as the hub does. Thread-safe.</summary>
public interface IHubAuthorization
{
    /// <summary>Decides whether a request may publish to a topic, as if it published an update at the hub.</summary>
    /// <param name="request">The request, with its token in the header, the cookie or the URL.</param>
    /// <param name="topic">The topic: a path such as <c>/answers/42</c>. If the app's routes have a prefix, the
    /// request's path must contain the topic up to its last slash after the prefix.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    ValueTask<HubAuthorization> AuthorizePublishAsync(
        HttpRequest request, string topic, CancellationToken cancellationToken = default);

    /// <summary>Decides whether a request may receive the updates of a topic, as if it subscribed at the hub.</summary>
    /// <param name="request">The request, with its token in the header, the cookie or the URL.</param>
    /// <param name="topic">The topic; see <see cref="AuthorizePublishAsync"/>.</param>
    /// <param name="isPrivate">Whether the updates are private: then the request needs a token with the right to this
    /// topic.</param>
    /// <param name="cancellationToken">Cancels the wait for keys that have to be fetched.</param>
    ValueTask<HubAuthorization> AuthorizeSubscribeAsync(
        HttpRequest request, string topic, bool isPrivate, CancellationToken cancellationToken = default);

    /// <summary>Returns the address of the client of a request, for limits per client: the IPv4 address, or the IPv6
    /// network of 64 bits. See <see cref="HubOptions.TrustedProxies"/>.</summary>
    string ClientAddress(HttpRequest request);
}
