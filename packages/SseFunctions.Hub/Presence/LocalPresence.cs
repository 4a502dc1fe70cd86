using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>The active subscriptions of an app that has one instance.</summary>
internal sealed partial class LocalPresence(IEventLog log, ILogger<LocalPresence> logger) : IPresence
{
    private readonly ConcurrentDictionary<string, ActiveSubscriber> _subscribers = new(StringComparer.Ordinal);
    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    public Task AddAsync(ActiveSubscriber subscriber)
    {
        _subscribers.TryAdd(subscriber.Id, subscriber);
        return TellAsync(subscriber.Documents(isActive: true));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(ActiveSubscriber subscriber)
    {
        _subscribers.TryRemove(subscriber.Id, out _);
        return TellAsync(subscriber.Documents(isActive: false));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken)
    {
        SubscriptionDocument[] all =
            [.. _subscribers.Values.SelectMany(subscriber => subscriber.Documents(isActive: true))];
        return ValueTask.FromResult<IReadOnlyList<SubscriptionDocument>>(all);
    }

    private async Task TellAsync(IEnumerable<SubscriptionDocument> documents)
    {
        try
        {
            await log.TellAsync(documents, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The announcement failed, but the stream itself is not affected.
            LogNotTold(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Could not announce that a subscriber came or went")]
    private partial void LogNotTold(Exception exception);
}
