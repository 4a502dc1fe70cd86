using Microsoft.AspNetCore.Http;
using SseFunctions.Hub.Protocol;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>Answers the requests of <see cref="HubFunctions"/>. <see cref="HubServices.AddSseHub"/> registers it.
/// </summary>
public sealed class HubEndpoints
{
    /// <summary>The methods of a hub that speaks Mercure 0.x alone.</summary>
    internal const string MethodsWithoutQuery = "GET, HEAD, POST";

    private static readonly CrossOriginRules RulesOfV0 = new(
        MethodsWithoutQuery,
        "Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID",
        Exposed: "ETag, Last-Event-ID, Link, Retry-After, WWW-Authenticate",
        Credentials: true);

    private static readonly CrossOriginRules RulesOfV1 = RulesOfV0 with
    {
        Methods = $"{MethodsWithoutQuery}, {SubscribeEndpoint.QueryMethod}",
        Exposed = $"{RulesOfV0.Exposed}, {SubscribeEndpoint.CursorHeader}",
    };

    private readonly SubscribeEndpoint _subscribe;
    private readonly PublishEndpoint _publish;
    private readonly SubscriptionsEndpoint _subscriptions;
    private readonly MetadataEndpoint _metadata;
    private readonly CrossOrigin _crossOrigin;
    private readonly CrossOriginRules _rules;

    internal HubEndpoints(
        SubscribeEndpoint subscribe,
        PublishEndpoint publish,
        SubscriptionsEndpoint subscriptions,
        MetadataEndpoint metadata,
        CrossOrigin crossOrigin,
        bool speaksV1)
    {
        _subscribe = subscribe;
        _publish = publish;
        _subscriptions = subscriptions;
        _metadata = metadata;
        _crossOrigin = crossOrigin;
        _rules = speaksV1 ? RulesOfV1 : RulesOfV0;
    }

    internal Task<IResult> SubscribeAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, _subscribe.AnswerAsync, cancellationToken);

    internal Task<IResult> PublishAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, _publish.AnswerAsync, cancellationToken);

    internal Task<IResult> SubscriptionsAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, _subscriptions.AnswerAsync, cancellationToken);

    internal Task<IResult> MetadataAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, _metadata.AnswerAsync, cancellationToken);

    private async Task<IResult> AnswerAsync(
        HttpRequest request,
        Func<HttpRequest, CancellationToken, Task<IResult>> answer,
        CancellationToken cancellationToken)
    {
        if (_crossOrigin.Apply(request, _rules) is { } preflight) return preflight;
        try
        {
            return await answer(request, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client has left, or the platform cancels. Nobody reads the answer, and the function has not failed.
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }
}
