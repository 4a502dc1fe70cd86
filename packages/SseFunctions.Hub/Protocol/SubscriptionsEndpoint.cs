using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>The subscription API: lists the active subscriptions (Mercure protocol, 1.0 and draft 07, section
/// 7).</summary>
internal sealed class SubscriptionsEndpoint(
    HubAccess access, ActiveSubscriptions active, IEventLog log, IOptions<HubOptions> options)
{
    private const string Read = "read subscriptions";
    private const string Json = "application/json";
    private const string JsonLd = "application/ld+json";
    private const int TagBytes = 16;

    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!active.IsOn)
        {
            const string setting = $"{HubOptions.Section}:{nameof(HubOptions.Subscriptions)}";
            return Problem(HubProblem.NotFound, $"The subscription API is off: set {setting} to true.");
        }
        var token = PresentedTokenRequest.Of(request, options.Value.TokenPlaces);
        var resource = HubAddressRequest.ResourceId(request, options.Value);
        var (claims, refused) = await access.AuthorizeSubscribeAsync(token, resource, cancellationToken);
        if (refused is not null) return refused;

        // The path decides which version's subscriptions are listed. If the path is the same in both, the token
        // decides.
        var segments = (Value(request, "first"), Value(request, "second"), Value(request, "third"));
        if (SubscriptionsPath.TryRead(segments, options.Value, claims.IsAccessToken, out var path) is { } unknown)
            return access.Refuse(Read, unknown);
        var rights = TokenRights.ToSubscribe(claims, BaseUrls.Of(resource));
        // Checked before the list is read, which is expensive.
        if (path.Topic is null ? !rights.MatchesAny([SubscriptionDocument.PathOf()]) : rights.Matchers.Count == 0)
            return Forbid(claims);

        string lastEventId;
        SubscriptionDocument[] documents;
        try
        {
            // Read before the list. So the update about any change that the list does not contain comes after this id.
            lastEventId = await LastEventIdAsync(rights, cancellationToken);
            documents = [.. (await active.ListAsync(cancellationToken)).Where(path.Contains)];
        }
        catch (HubUnavailableException exception)
        {
            const string title = "The active subscriptions are not known just now: try again.";
            return access.Refuse(Read, new HubProblem(HubProblem.Unavailable, title), exception.Message);
        }

        var exactTopics = documents.Select(document => document.Topic).Distinct().DefaultIfEmpty(path.Topic);
        foreach (var exact in path.Topic is null ? [] : exactTopics)
        {
            if (!rights.MatchesAny([path.NameOf(exact, path.Subscriber)])) return Forbid(claims);
        }
        if (path.Subscriber is not null && documents.Length == 0)
            return Problem(HubProblem.NotFound, "This subscription does not exist, or has ended.");

        var name = path.NameOf(path.Topic, subscriber: null);
        var json = path.Subscriber is not null ? documents[0].ToJson(lastEventId)
            : path.IsOfV1 ? SubscriptionDocument.ToJson(name, documents)
            : SubscriptionDocument.ToJson(name, lastEventId, documents);
        var headers = request.HttpContext.Response.Headers;
        var hub = $"<{HubPath.In((request.PathBase + request.Path).ToUriComponent())}>; rel=\"mercure\"";
        headers.Link = path.IsOfV1 ? hub + Cursor(lastEventId) : hub;
        headers.CacheControl = "private, no-cache";
        // A hash of the whole body, and in 1.0 of the last event id, which is in a header. The last event id would not
        // be enough: a publisher may use an id twice, and the subscribers of a dead instance disappear from the list
        // before an update tells so.
        var said = Encoding.UTF8.GetBytes(path.IsOfV1 ? lastEventId + json : json);
        var tag = $"\"{Convert.ToHexString(SHA256.HashData(said).AsSpan(0, TagBytes))}\"";
        headers.ETag = tag;
        return request.Headers.IfNoneMatch.ToString() == tag
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new HubJsonResult(Encoding.UTF8.GetBytes(json), path.IsOfV1 ? Json : JsonLd);
    }

    // The id of the last update, or the position of the last one that the reader may see. The id of a private update
    // that it may not see would tell the reader of that update, and is unknown when the reader subscribes with it.
    private async ValueTask<string> LastEventIdAsync(TopicMatcherSet rights, CancellationToken cancellationToken)
    {
        if (log.LastId is not { } last) return EventIds.Earliest;
        var isVisible =
            await log.FindVisibleAsync(last, Visibility.PrivateFilter(rights), cancellationToken) is not null;
        return isVisible ? last : StartCursor.Of(log, log.FindEnd(), rights).ToString();
    }

    private HubProblemResult Forbid(TokenClaims claims) =>
        access.Forbid(Read, "The token gives no right to these subscriptions.", claims, claims.WhyNotSubscribe);

    private static HubProblemResult Problem(int status, string title) => new(new HubProblem(status, title));

    private static string? Value(HttpRequest request, string name) => request.RouteValues[name] as string;

    // The event id after which a client subscribes to learn of changes, and the type and content type of those updates.
    // An event id has only visible ASCII.
    private static string Cursor(string lastEventId)
    {
        var quoted = lastEventId.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"; last-event-id=\"{quoted}\"; type=\"{SubscriptionDocument.EventTypeOfV1}\"; content-type=\"{Json}\"";
    }
}
