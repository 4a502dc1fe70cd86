using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>The subscription API: lists the active subscriptions (Mercure protocol, draft 07, section 7).</summary>
internal sealed class SubscriptionsEndpoint(
    HubAccess access, ActiveSubscriptions active, IEventLog log, IOptions<HubOptions> options)
{
    private const string Read = "read subscriptions";
    private const int TagBytes = 16;

    /// <summary>Returns the answer to a request.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!active.IsOn)
        {
            const string setting = $"{HubOptions.Section}:{nameof(HubOptions.Subscriptions)}";
            return Problem(HubProblem.NotFound, $"The subscription API is off: set {setting} to true.");
        }
        var token = PresentedTokenRequest.Of(request, options.Value.Cookie);
        var (claims, refused) = await access.ToSubscribeAsync(token, cancellationToken);
        if (refused is not null) return refused;

        var topic = Unescape(Value(request, "topic"));
        var subscriber = Unescape(Value(request, "subscriber"));
        var rights = TopicMatcherSet.Parse(claims.Subscribe);
        // Checked before the list is read, which is expensive.
        if (topic is null ? !rights.MatchesAny([SubscriptionDocument.PathOf()]) : rights.Matchers.Count == 0)
            return Forbid(claims);

        // Read before the list. So the update about any change that the list does not contain comes after this id.
        var lastEventId = log.LastId ?? EventIds.Earliest;
        SubscriptionDocument[] documents;
        try
        {
            documents = [.. (await active.ListAsync(cancellationToken)).Where(
                document => (topic is null || Unescape(document.Topic) == topic)
                    && (subscriber is null || Unescape(document.Subscriber) == subscriber))];
        }
        catch (HubUnavailableException exception)
        {
            const string title = "The active subscriptions are not known just now: try again.";
            return access.Refuse(Read, new HubProblem(HubProblem.Unavailable, title), exception.Message);
        }

        var exactTopics = documents.Select(document => document.Topic).Distinct().DefaultIfEmpty(topic);
        foreach (var exact in topic is null ? [] : exactTopics)
        {
            if (!rights.MatchesAny([SubscriptionDocument.PathOf(exact, subscriber)])) return Forbid(claims);
        }
        if (subscriber is not null && documents.Length == 0)
            return Problem(HubProblem.NotFound, "This subscription does not exist, or has ended.");

        var json = subscriber is null
            ? SubscriptionDocument.ToJson(SubscriptionDocument.PathOf(topic), lastEventId, documents)
            : documents[0].ToJson(lastEventId);
        var headers = request.HttpContext.Response.Headers;
        headers.Link = $"<{HubPath.In((request.PathBase + request.Path).ToUriComponent())}>; rel=\"mercure\"";
        headers.CacheControl = "private, no-cache";
        // A hash of the whole body. The last event id would not be enough: a publisher may use an id twice, and the
        // subscribers of a dead instance disappear from the list before an update tells so.
        var tag = $"\"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, TagBytes))}\"";
        headers.ETag = tag;
        return request.Headers.IfNoneMatch.ToString() == tag
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new SubscriptionsResult(json);
    }

    private HubProblemResult Forbid(TokenClaims claims) =>
        access.Forbid(Read, "The token gives no right to these subscriptions.", claims.WhyNotSubscribe);

    private static HubProblemResult Problem(int status, string title) => new(new HubProblem(status, title));

    private static string? Value(HttpRequest request, string name) => request.RouteValues[name] as string;

    // Some proxies and hosts decode the path, and some do not. A remaining escape may belong to the topic, and nothing
    // tells whether it does. So both sides are decoded and then compared: two topics that differ only in their escapes
    // are the same here.
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Unescape(string? text) => text is null ? null : Uri.UnescapeDataString(text);
}
