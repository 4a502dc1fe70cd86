namespace SseFunctions.Hub.Delivery;

/// <summary>The limits of how many may be subscribed to this instance at once.</summary>
internal enum SubscriberLimit
{
    /// <summary>See <see cref="HubOptions.MaxSubscribers"/>.</summary>
    OfAll,

    /// <summary>See <see cref="HubOptions.MaxSubscribersPerClient"/>.</summary>
    PerClient,
}
