using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>Publishes the updates that announce which subscribers come and go.</summary>
internal static class PresenceUpdates
{
    // Appending a batch of updates costs the shared log as much as appending one. It appends at most this many at once.
    private const int AtOnce = 256;

    /// <summary>Announces subscriptions, in order. Each announcement is a private update whose topic is the
    /// subscription's path, so only subscribers with a right to this path get it.</summary>
    /// <exception cref="HubUnavailableException">Not all of them were announced.</exception>
    public static async Task AnnounceAsync(
        this IEventLog log, IEnumerable<SubscriptionDocument> documents, CancellationToken cancellationToken)
    {
        foreach (var some in documents.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(document => log.AppendAsync(
                new Update([document.Path], document.ToJson()) { IsPrivate = true, Type = document.EventType },
                cancellationToken).AsTask()));
        }
    }
}
