using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.EventLogs;
using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.Tokens;
using SseFunctions.Hub.Topics;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>Answers to who subscribes: with a stream of what he missed and of what comes, or with a problem.</summary>
public sealed partial class SubscribeEndpoint(
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
    private const int NetworkBytes = 8;

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

        var client = _options.MaxSubscribersPerClient > 0 ? ClientOf(request) : null;
        if (IsFull(client)) return TurnAway(HubBusyResult.Full);

        LogPosition? after;
        try
        {
            after = await PlaceAsync(request, cancellationToken);
        }
        catch (LogUnavailableException exception)
        {
            if (_budget.TryTake(out _)) LogUnknown(exception.Message);
            return TurnAway(HubBusyResult.Unavailable);
        }
        var rights = TopicSelectorSet.Parse(claims.Subscribe);
        var subscriber = new Subscriber(
            subscribers, new Subscription(topics, rights), after, client, active.Of(topics, claims.Payload));
        return streams.Stream("hub", subscriber, cancellationToken, claims.Expires);
    }

    // Where to read on from; null: the first that is held. What is told in the header: the id asked for, if reading
    // goes on from there; if not, everything that is held is sent, whether it is because that was asked for or because
    // more is no longer to be had.
    private async Task<LogPosition?> PlaceAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (LastEventId.Of(request) is not { } id) return log.Tail;
        id = EventIds.Escape(id);
        var found = id == EventIds.Earliest ? null : await log.FindAsync(id, cancellationToken);
        request.HttpContext.Response.Headers[LastEventId.Header] = found is null ? EventIds.Earliest : id;
        return found;
    }

    private bool IsFull(string? client)
    {
        var (setting, limit) = (nameof(HubOptions.MaxSubscribers), _options.MaxSubscribers);
        if (subscribers.Count < limit)
        {
            (setting, limit) = (nameof(HubOptions.MaxSubscribersPerClient), _options.MaxSubscribersPerClient);
            if (client is null || subscribers.CountOf(client) < limit) return false;
        }
        if (_budget.TryTake(out _)) LogFull($"{HubOptions.Section}:{setting}", limit);
        return true;
    }

    private HubBusyResult TurnAway(HubBusyResult result)
    {
        metrics.TurnedAway(result.Name);
        return result;
    }

    // The last entry was added by the proxy next to us; what is before it anyone can make up.
    private static string ClientOf(HttpRequest request)
    {
        var forwarded = request.Headers["X-Forwarded-For"].ToString();
        var last = forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim();
        var address = IPEndPoint.TryParse(last, out var client)
            ? client.Address
            : request.HttpContext.Connection.RemoteIpAddress;
        return address is null ? "unknown" : NetworkOf(address);
    }

    // With IPv6 a client has a whole network, 64 bits, to choose its addresses from.
    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4().ToString();
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6) bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes).ToString();
    }

    [LoggerMessage(1, LogLevel.Warning, "A subscriber was told to come again later: {Setting} is {Limit}")]
    private partial void LogFull(string setting, int limit);

    [LoggerMessage(2, LogLevel.Information,
        "A subscriber was told to come again later: where to go on from cannot be found out just now: {Reason}")]
    private partial void LogUnknown(string reason);
}
