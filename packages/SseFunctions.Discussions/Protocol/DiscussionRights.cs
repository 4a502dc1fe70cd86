using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions.Running;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Protocol;

/// <summary>Who may start, watch and cancel discussions: everyone if <see cref="DiscussionOptions.Anonymous"/> is on
/// and the discussion is not private, otherwise who has the hub's right to the discussion's topic.</summary>
internal sealed class DiscussionRights(IHubAuthorization authorization, IOptions<DiscussionOptions> options)
{
    private readonly bool _isAnonymous = options.Value.Anonymous;

    /// <summary>Whether a request may start or cancel a discussion.</summary>
    public async ValueTask<HubAuthorization?> ToChangeAsync(
        HttpRequest request, string id, bool isPrivate, CancellationToken cancellationToken) =>
        _isAnonymous && !isPrivate
            ? null
            : await authorization.AuthorizePublishAsync(request, DiscussionLog.TopicOf(id), cancellationToken);

    /// <summary>Whether a request may watch a discussion.</summary>
    public async ValueTask<HubAuthorization?> ToWatchAsync(
        HttpRequest request, string id, bool isPrivate, CancellationToken cancellationToken) =>
        _isAnonymous && !isPrivate
            ? null
            : await authorization.AuthorizeSubscribeAsync(
                request, DiscussionLog.TopicOf(id), isPrivate, cancellationToken);

    /// <inheritdoc cref="IHubAuthorization.ClientAddress"/>
    public string ClientAddress(HttpRequest request) => authorization.ClientAddress(request);
}
