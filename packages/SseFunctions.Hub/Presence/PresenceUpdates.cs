using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>The updates that tell who comes and goes.</summary>
internal static class PresenceUpdates
{
    // Some together cost a log in Redis what one does. More would only wait there.
    private const int AtOnce = 256;

    /// <summary>Tells of subscriptions, in order. Whoever may know is who has a right to one's address.</summary>
    /// <exception cref="HubUnavailableException">They were not all told.</exception>
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
