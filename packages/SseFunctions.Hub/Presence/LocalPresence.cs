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
        return AnnounceAsync(subscriber.Documents(isActive: true));
    }

    /// <inheritdoc/>
    public Task RemoveAsync(ActiveSubscriber subscriber)
    {
        _subscribers.TryRemove(subscriber.Id, out _);
        return AnnounceAsync(subscriber.Documents(isActive: false));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken)
    {
        SubscriptionDocument[] all =
            [.. _subscribers.Values.SelectMany(subscriber => subscriber.Documents(isActive: true))];
        return ValueTask.FromResult<IReadOnlyList<SubscriptionDocument>>(all);
    }

    private async Task AnnounceAsync(IEnumerable<SubscriptionDocument> documents)
    {
        try
        {
            await log.AnnounceAsync(documents, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // A failed announcement must not end the stream of the subscriber.
            LogNotAnnounced(exception);
        }
    }

    [LoggerMessage(161, LogLevel.Error,
        "Could not announce that a subscriber came or went: appending the update to the log failed. The stream itself "
        + "is not affected")]
    private partial void LogNotAnnounced(Exception exception);
}
