using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub;

/// <summary>The functions of the hub: publish and subscribe over HTTP by the Mercure protocol, 1.0 and 0.x. The
/// Functions worker finds them in every app that references this package. Their routes are below the app's
/// <c>routePrefix</c>.</summary>
public sealed class HubFunctions(HubEndpoints endpoints)
{
    private const string Hub = HubPath.Route;
    private const string About = HubPath.MetadataRoute;

    // In Mercure 0.x topic and subscriber; in 1.0 match type, matcher and subscriber.
    private const string Active = Hub + "/subscriptions/{first?}/{second?}/{third?}";

    /// <summary>Opens a stream of the updates of topics: GET <c>.well-known/mercure?match=...</c> (Mercure 1.0), or
    /// <c>?topic=...</c> (0.x).</summary>
    [Function("HubSubscribe")]
    public Task<IResult> Subscribe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "query", "options", Route = Hub)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.SubscribeAsync(request, cancellationToken);

    /// <summary>Publishes an update: POST <c>.well-known/mercure</c>, with a form.</summary>
    [Function("HubPublish")]
    public Task<IResult> Publish(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Hub)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.PublishAsync(request, cancellationToken);

    /// <summary>Tells clients where to get a token of Mercure 1.0 (RFC 9728), if <see cref="HubOptions.Issuers"/> has
    /// an entry.</summary>
    [Function("HubMetadata")]
    public Task<IResult> Metadata(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = About)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.MetadataAsync(request, cancellationToken);

    /// <summary>Lists the active subscriptions, if <see cref="HubOptions.Subscriptions"/> is on.</summary>
    [Function("HubSubscriptions")]
    public Task<IResult> Subscriptions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Active)] HttpRequest request,
        CancellationToken cancellationToken) => endpoints.SubscriptionsAsync(request, cancellationToken);
}
