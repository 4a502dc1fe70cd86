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

/// <summary>Answers a subscription: with a stream of the updates that the subscriber has missed and of those that come,
/// or with a problem.</summary>
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
    // All of them come again, and again.
    private const int LoggedPerSecond = 5;

    private readonly HubOptions _options = options.Value;
    private readonly LogBudget _budget = new(time, LoggedPerSecond);
    private readonly ILogger _logger = logger;

    /// <summary>The answer.</summary>
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

        var rights = TopicSelectorSet.Parse(claims.Subscribe);
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

    // Where to read on from (null: before everything that is held), and the id that the client has until its first
    // update. A client that asks for an id that is held is told that id. Any other id, and "earliest", get everything
    // that is held, and are told "earliest": should the stream break before its first update, the client asks for
    // everything again, and not for an id that may mean another update by then. The id of a private update that the
    // client may not see is answered like an id that does not exist, or clients could find out which ones exist.
    private async Task<(LogPosition? After, string Cursor)> FindStartAsync(
        HttpRequest request, TopicSelectorSet rights, CancellationToken cancellationToken)
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

    [LoggerMessage(1, LogLevel.Warning, "A subscriber was told to come again later: {Setting} is {Limit}")]
    private partial void LogFull(string setting, int limit);

    [LoggerMessage(2, LogLevel.Information,
        "A subscriber was told to come again later: where to go on from cannot be found out just now: {Reason}")]
    private partial void LogUnknown(string reason);
}
