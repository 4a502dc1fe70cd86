using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Metrics;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Protocol;

/// <summary>Opens the stream of a subscriber. Answers with a stream of the updates that the client has missed and of
/// all new ones, with a problem, or with the request to reconnect later.</summary>
internal sealed partial class SubscribeEndpoint(
    HubAccess access,
    Subscribers subscribers,
    IEventLog log,
    ActiveSubscriptions active,
    EventStreams streams,
    IOptions<HubOptions> options,
    HubMetrics metrics,
    TimeProvider time,
    ILogger<SubscribeEndpoint> logger)
{
    /// <summary>The header of answers that says where a stream begins (Mercure protocol 1.0).</summary>
    internal const string CursorHeader = "Mercure-Last-Event-ID";

    /// <summary>The method that carries matchers in its body (Mercure protocol 1.0; RFC 10008).</summary>
    internal const string QueryMethod = "QUERY";

    private const string Subscribe = "subscribe";

    // Clients that are told to reconnect do so again and again, and would fill the log.
    private const int LoggedPerSecond = 5;

    private readonly HubOptions _options = options.Value;
    private readonly LogBudget _budget = new(time, LoggedPerSecond);
    private readonly ILogger _logger = logger;

    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var token = PresentedTokenRequest.Of(request, _options.TokenPlaces);
        var resource = HubAddressRequest.ResourceId(request, _options);
        var (claims, refused) = await access.AuthorizeSubscribeAsync(token, resource, cancellationToken);
        if (refused is { IsUnavailable: true }) return TurnAway(HubBusyResult.NoKeys);
        if (refused is not null) return refused;
        var baseUrl = BaseUrls.Of(resource);
        var (query, problem) = await ReadAsync(request, baseUrl, cancellationToken);
        if (problem is not null) return access.Refuse(Subscribe, problem);
        var rights = TokenRights.ToSubscribe(claims, baseUrl);

        var client = _options.MaxSubscribersPerClient > 0
            ? ClientAddressRequest.Of(request, _options.TrustedProxies)
            : null;
        if (IsFull(client)) return TurnAway(HubBusyResult.Full);

        LogPosition? after;
        string cursor;
        try
        {
            (after, cursor) = await FindStartAsync(request, query.LastEventId, rights, cancellationToken);
        }
        catch (HubUnavailableException exception)
        {
            if (_budget.TryTake(out _)) LogUnknown(exception.Message);
            return TurnAway(HubBusyResult.Unavailable);
        }
        var subscriber = new Subscriber(
            log, subscribers, new Subscription(query.Topics, rights), after, client, Announced(query, claims, baseUrl));
        return streams.Stream("hub", subscriber, cancellationToken, claims.Expires, cursor);
    }

    private async ValueTask<(SubscribeQuery Query, HubProblem? Problem)> ReadAsync(
        HttpRequest request, WhatwgUrl baseUrl, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>>? fields = null;
        HubProblem? problem = null;
        if (request.Method == QueryMethod)
            (fields, problem) = await ReadBodyAsync(request, cancellationToken);
        var header = request.Headers.TryGetValue(LastEventId.Header, out var id) ? id.ToString() : null;
        var query = SubscribeQuery.None;
        problem ??= SubscribeQuery.TryRead(
            request.QueryString.Value, fields, header, _options, baseUrl, out query);
        return (query, problem);
    }

    // The method QUERY (RFC 10008), for more matchers than a URL has room for.
    private async ValueTask<(List<KeyValuePair<string, string>>? Fields, HubProblem? Problem)> ReadBodyAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        if (!_options.SpeaksV1)
        {
            request.HttpContext.Response.Headers.Allow = HubEndpoints.MethodsWithoutQuery;
            const string off = "The method QUERY is of Mercure 1.0, which this hub does not speak: use GET.";
            return (null, new HubProblem(HubProblem.MethodNotAllowed, off));
        }
        if (FormBodyRequest.IsForm(request))
        {
            return await FormBodyRequest.ReadAsync(
                request, _options.MaxUpdateBytes, SubscribeQuery.MaxFields(_options), cancellationToken);
        }
        if (!FormBodyRequest.HasBody(request)) return (null, null);
        const string title = $"Send the body as {FormBodyRequest.ContentType}, and say so in the header Content-Type.";
        var status = string.IsNullOrEmpty(request.ContentType) ? HubProblem.BadRequest : HubProblem.UnsupportedType;
        return (null, new HubProblem(status, title));
    }

    private ActiveSubscriber? Announced(SubscribeQuery query, TokenClaims claims, WhatwgUrl baseUrl) => active.IsOn
        ? active.Of(query.Topics, claims.Payload, TokenRights.Payloads(claims, baseUrl, query.Topics))
        : null;

    // Finds the position after which the stream starts (null: before all held entries), and the event id that the
    // client has until its first update.
    // - Without a last event id, the stream starts at the end of the log.
    // - With an id that the log knows, the stream starts after that entry, and the client keeps the id.
    // - With an empty id, which only a client of 1.0 sends, it starts at the end of the log too. The headers tell the
    //   client where that is, so the client can resume before it has received an update.
    // - With any other id, or "earliest", the client gets the whole history and the id "earliest". If the stream breaks
    //   before its first update, the client asks for the history again, and not for an id that a publisher may have
    //   given to another update in the meantime.
    // The id of a private update that the client may not see counts as unknown. Otherwise clients could try ids, and
    // learn which of them exist.
    private async Task<(LogPosition? After, string Cursor)> FindStartAsync(
        HttpRequest request, string? id, TopicMatcherSet rights, CancellationToken cancellationToken)
    {
        LogPosition? found;
        string cursor;
        if (string.IsNullOrEmpty(id))
        {
            var end = log.FindEnd();
            (found, cursor) = (end.Tail, StartCursor.Of(log, end, rights).ToString());
        }
        else
        {
            id = EventIds.Escape(id);
            found = id == EventIds.Earliest ? null : await log.FindVisibleAsync(
                id, Visibility.PrivateFilter(rights), cancellationToken);
            cursor = found is null ? EventIds.Earliest : id;
        }
        if (id is null) return (found, cursor);
        var headers = request.HttpContext.Response.Headers;
        headers[LastEventId.Header] = cursor;
        if (_options.SpeaksV1) headers[CursorHeader] = cursor;
        return (found, cursor);
    }

    private bool IsFull(string? client)
    {
        var reached = subscribers.LimitReached(client);
        if (reached == SubscriberLimit.None) return false;
        var (setting, limit) = reached == SubscriberLimit.Total
            ? (nameof(HubOptions.MaxSubscribers), _options.MaxSubscribers)
            : (nameof(HubOptions.MaxSubscribersPerClient), _options.MaxSubscribersPerClient);
        if (_budget.TryTake(out _)) LogFull($"{HubOptions.Section}:{setting}", limit);
        return true;
    }

    private HubBusyResult TurnAway(HubBusyResult result)
    {
        metrics.TurnedAway(result.Name);
        return result;
    }

    [LoggerMessage(143, LogLevel.Warning,
        "Told a subscriber to reconnect later: {Setting} is {Limit}. Raise it, or run more instances")]
    private partial void LogFull(string setting, int limit);

    [LoggerMessage(144, LogLevel.Information,
        "Told a subscriber to reconnect later: the updates that it has missed cannot be looked up now: {Reason}")]
    private partial void LogUnknown(string reason);
}
