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
    // Clients that are told to reconnect do so again and again, and would fill the log.
    private const int LoggedPerSecond = 5;

    private readonly HubOptions _options = options.Value;
    private readonly LogBudget _budget = new(time, LoggedPerSecond);
    private readonly ILogger _logger = logger;

    /// <summary>Returns the answer to a request.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var token = PresentedTokenRequest.Of(request, _options.Cookie);
        var (claims, refused) = await access.ToSubscribeAsync(token, cancellationToken);
        if (refused is { IsUnavailable: true }) return TurnAway(HubBusyResult.NoKeys);
        if (refused is not null) return refused;
        var problem = SubscribeQuery.TryRead(request.QueryString.Value, _options, out var topics);
        if (problem is not null) return access.Refuse("subscribe", problem);

        var client = _options.MaxSubscribersPerClient > 0
            ? ClientAddressRequest.Of(request, _options.TrustedProxies)
            : null;
        if (IsFull(client)) return TurnAway(HubBusyResult.Full);

        var rights = TopicMatcherSet.Parse(claims.Subscribe);
        LogPosition? after;
        string cursor;
        try
        {
            (after, cursor) = await FindStartAsync(request, rights, cancellationToken);
        }
        catch (HubUnavailableException exception)
        {
            if (_budget.TryTake(out _)) LogUnknown(exception.Message);
            return TurnAway(HubBusyResult.Unavailable);
        }
        var subscriber = new Subscriber(
            log, subscribers, new Subscription(topics, rights), after, client, active.Of(topics, claims.Payload));
        return streams.Stream("hub", subscriber, cancellationToken, claims.Expires, cursor);
    }

    // Finds the position after which the stream starts (null: before all held entries), and the event id that the
    // client has until its first update.
    // - Without a last event id, the stream starts at the end of the log.
    // - With an id that the log knows, the stream starts after that entry, and the client keeps the id.
    // - With any other id, or "earliest", the client gets the whole history and the id "earliest". If the stream breaks
    //   before its first update, the client asks for the history again, and not for an id that a publisher may have
    // given   to another update in the meantime.
    // The id of a private update that the client may not see counts as unknown. Otherwise clients could try ids, and
    // learn which of them exist.
    private async Task<(LogPosition? After, string Cursor)> FindStartAsync(
        HttpRequest request, TopicMatcherSet rights, CancellationToken cancellationToken)
    {
        if (LastEventId.Of(request) is not { } id)
        {
            var end = log.FindEnd();
            return (end.Tail, StartCursor.Of(log, end, rights).ToString());
        }
        id = EventIds.Escape(id);
        var found = id == EventIds.Earliest ? null : await log.FindVisibleAsync(
            id, Visibility.PrivateFilter(rights), cancellationToken);
        var cursor = found is null ? EventIds.Earliest : id;
        request.HttpContext.Response.Headers[LastEventId.Header] = cursor;
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
