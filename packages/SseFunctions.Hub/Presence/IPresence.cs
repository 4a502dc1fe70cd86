namespace SseFunctions.Hub.Presence;

/// <summary>Knows who is subscribed, and tells those who may know when someone comes or goes. Thread-safe.</summary>
internal interface IPresence
{
    /// <summary>Someone came.</summary>
    /// <returns>Completes when there is nothing more to wait for before he may go. It never waits for another machine,
    /// and never fails.</returns>
    Task AddAsync(ActiveSubscriber subscriber);

    /// <summary>Someone who came has gone.</summary>
    /// <returns>As for <see cref="AddAsync"/>.</returns>
    Task RemoveAsync(ActiveSubscriber subscriber);

    /// <summary>The subscriptions of all, in no order. An update that tells of a change which the list lacks is behind
    /// all that was in the log before.</summary>
    /// <exception cref="HubUnavailableException">It cannot be known just now.</exception>
    ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken);
}
