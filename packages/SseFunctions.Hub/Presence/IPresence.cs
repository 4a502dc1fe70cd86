namespace SseFunctions.Hub.Presence;

/// <summary>Lists the active subscriptions, and announces by private updates when a subscriber comes or goes.
/// Thread-safe.</summary>
internal interface IPresence
{
    /// <summary>Adds a subscriber, and announces it.</summary>
    /// <returns>A task that completes when the subscriber may be removed. It never waits for another machine, and never
    /// fails.</returns>
    Task AddAsync(ActiveSubscriber subscriber);

    /// <summary>Removes a subscriber, and announces that it has gone.</summary>
    /// <returns>As for <see cref="AddAsync"/>.</returns>
    Task RemoveAsync(ActiveSubscriber subscriber);

    /// <summary>Gets all active subscriptions, in no order. If the list lacks a change, the update that announces the
    /// change is appended to the log after this call began.</summary>
    /// <exception cref="HubUnavailableException">The registry cannot be read at the moment.</exception>
    ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken);
}
