using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>The updates that announce which subscribers come and go.</summary>
internal static class PresenceUpdates
{
    // Appending several together costs a log in Redis as much as appending one. More than this would only wait there.
    private const int AtOnce = 256;

    /// <summary>Announces subscriptions, in order. Each announcement is a private update whose topic is the
    /// subscription's address, so only subscribers with a right to the address get it.</summary>
    /// <exception cref="HubUnavailableException">Not all of them were announced.</exception>
    public static async Task TellAsync(
        this IEventLog log, IEnumerable<SubscriptionDocument> documents, CancellationToken cancellationToken)
    {
        foreach (var some in documents.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(document => log.AppendAsync(
                new Update([document.Path], document.ToJson()) { IsPrivate = true }, cancellationToken).AsTask()));
        }
    }
}
