using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using SseFunctions.Hub.Protocol;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>The hub: publish and subscribe, as the Mercure protocol has it (draft 07).</summary>
public sealed class HubFunctions(
    SubscribeEndpoint subscribe, PublishEndpoint publish, SubscriptionsEndpoint subscriptions, CrossOrigin crossOrigin)
{
    private const string Hub = ".well-known/mercure";
    private const string Active = Hub + "/subscriptions/{topic?}/{subscriber?}";

    private static readonly CrossOriginRules Rules = new(
        "GET, HEAD, POST",
        "Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID",
        Exposed: "ETag, Last-Event-ID, Link, Retry-After, WWW-Authenticate",
        Credentials: true);

    /// <summary>Streams the updates of topics.</summary>
    [Function("HubSubscribe")]
    public async Task<IResult> Subscribe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Hub)] HttpRequest request,
        CancellationToken cancellationToken) =>
        crossOrigin.Apply(request, Rules)
            ?? await UnlessCancelled(subscribe.AnswerAsync(request, cancellationToken), cancellationToken);

    /// <summary>Publishes an update.</summary>
    [Function("HubPublish")]
    public async Task<IResult> Publish(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Hub)] HttpRequest request,
        CancellationToken cancellationToken) =>
        crossOrigin.Apply(request, Rules)
            ?? await UnlessCancelled(publish.AnswerAsync(request, cancellationToken), cancellationToken);

    /// <summary>Says who is subscribed, if <see cref="HubOptions.Subscriptions"/> is on.</summary>
    [Function("HubSubscriptions")]
    public async Task<IResult> Subscriptions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Active)] HttpRequest request,
        CancellationToken cancellationToken) =>
        crossOrigin.Apply(request, Rules)
            ?? await UnlessCancelled(subscriptions.AnswerAsync(request, cancellationToken), cancellationToken);

    // Whoever asked has left, or the platform cancels: nobody reads the answer, and the function has not failed.
    private static async Task<IResult> UnlessCancelled(Task<IResult> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }
}
