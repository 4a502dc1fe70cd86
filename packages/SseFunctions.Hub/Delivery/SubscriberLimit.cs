namespace SseFunctions.Hub.Delivery;

/// <summary>The limit that another subscriber would exceed.</summary>
internal enum SubscriberLimit
{
    /// <summary>No limit is reached.</summary>
    None,

    /// <summary>The limit for all subscribers of an instance: <see cref="HubOptions.MaxSubscribers"/>.</summary>
    Total,

    /// <summary>The limit for one client's subscribers: <see cref="HubOptions.MaxSubscribersPerClient"/>.</summary>
    PerClient,
}
