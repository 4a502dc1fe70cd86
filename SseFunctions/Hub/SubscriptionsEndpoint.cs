using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.EventLogs;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub;

/// <summary>The subscription API: who is subscribed now (Mercure protocol, draft 07, section 7).</summary>
public sealed class SubscriptionsEndpoint(
    HubAccess access, ActiveSubscriptions active, IEventLog log, IOptions<HubOptions> options)
{
    /// <summary>The answer.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!active.IsOn)
        {
            const string setting = $"{HubOptions.Section}:{nameof(HubOptions.Subscriptions)}";
            return Problem(HubProblem.NotFound, $"The subscription API is off: {setting} is not set.");
        }
        var token = PresentedTokenRequest.Of(request, options.Value.Cookie);
        var (claims, refused) = await access.ToSubscribeAsync(token, cancellationToken);
        if (refused is not null) return refused;

        // Before the list: an update that tells of a change has a later id than the list that lacks it.
        var tag = $"\"{log.Tail}\"";
        var lastEventId = log.LastId ?? EventIds.Earliest;
        var topic = Value(request, "topic");
        var subscriber = Value(request, "subscriber");
        var documents = active.All.Where(document => (topic is null || IsSame(document.Topic, topic))
            && (subscriber is null || IsSame(document.Subscriber, subscriber))).ToArray();

        var rights = TopicSelectorSet.Parse(claims.Subscribe);
        var exactTopics = documents.Select(document => document.Topic).Distinct().DefaultIfEmpty(Unescape(topic));
        foreach (var exact in topic is null ? [null] : exactTopics)
        {
            if (rights.MatchesAny([SubscriptionDocument.PathOf(exact, Unescape(subscriber))])) continue;
            const string title = "The token gives no right to these subscriptions.";
            return access.Forbid("read subscriptions", title, claims.WhyNotSubscribe);
        }

        var path = SubscriptionDocument.PathOf(Unescape(topic), Unescape(subscriber));
        var headers = request.HttpContext.Response.Headers;
        headers.Link = "</.well-known/mercure>; rel=\"mercure\"";
        headers.CacheControl = "private, no-cache";
        // Of the place, not of the id: a publisher may give one id twice.
        headers.ETag = tag;
        if (request.Headers.IfNoneMatch.ToString() == tag)
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        if (subscriber is null)
            return new SubscriptionsResult(SubscriptionDocument.ToJson(path, lastEventId, documents));
        return documents.Length > 0
            ? new SubscriptionsResult(documents[0].ToJson(lastEventId))
            : Problem(HubProblem.NotFound, "There is no such subscription any more.");
    }

    private static HubProblemResult Problem(int status, string title) => new(new HubProblem(status, title));

    // Proxies and hosts decode a path by different amounts, and what they left cannot be told from what was meant. So
    // both sides are compared decoded: two topics that differ in nothing else are one here.
    private static bool IsSame(string meant, string sent) => Unescape(meant) == Unescape(sent);

    private static string? Value(HttpRequest request, string name) => request.RouteValues[name] as string;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Unescape(string? text) => text is null ? null : Uri.UnescapeDataString(text);
}
