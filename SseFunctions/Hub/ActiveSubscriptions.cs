using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub;

/// <summary>Who is subscribed, and to what, if <see cref="HubOptions.Subscriptions"/> is on: for the subscription API,
/// and told to those who may know by a private update when someone comes or goes. Thread-safe.</summary>
public sealed partial class ActiveSubscriptions(
    IEventLog log, IOptions<HubOptions> options, ILogger<ActiveSubscriptions> logger)
{
    private readonly ConcurrentDictionary<string, ActiveSubscriber> _subscribers = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;

    /// <summary>Whether it is on.</summary>
    public bool IsOn => options.Value.Subscriptions;

    /// <summary>Those of all subscribers, in no order.</summary>
    internal IEnumerable<SubscriptionDocument> All =>
        _subscribers.Values.SelectMany(subscriber => subscriber.Documents(isActive: true));

    /// <summary>A subscriber to be told of from <see cref="ActiveSubscriber.Begin"/> on; null if it is off.</summary>
    internal ActiveSubscriber? Of(TopicSelectorSet topics, string? payload) =>
        IsOn ? new ActiveSubscriber(this, topics, payload) : null;

    internal Task AddAsync(ActiveSubscriber subscriber)
    {
        _subscribers.TryAdd(subscriber.Id, subscriber);
        return TellAsync(subscriber.Documents(isActive: true));
    }

    internal Task RemoveAsync(ActiveSubscriber subscriber)
    {
        _subscribers.TryRemove(subscriber.Id, out _);
        return TellAsync(subscriber.Documents(isActive: false));
    }

    private async Task TellAsync(IEnumerable<SubscriptionDocument> documents)
    {
        try
        {
            foreach (var document in documents)
            {
                var update = new Update([document.Path], document.ToJson()) { IsPrivate = true };
                await log.AppendAsync(update, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            // Nobody waits for it: the stream that comes or goes has nothing to do with it.
            LogNotTold(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "That a subscriber came or went could not be told")]
    private partial void LogNotTold(Exception exception);
}
