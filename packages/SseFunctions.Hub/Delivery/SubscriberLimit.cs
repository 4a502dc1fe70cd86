namespace SseFunctions.Hub.Delivery;

/// <summary>The limits of the number of subscribers.</summary>
internal enum SubscriberLimit
{
    /// <summary>No limit is reached.</summary>
    None,

    /// <summary>The limit of all subscribers: <see cref="HubOptions.MaxSubscribers"/>.</summary>
    Total,

    /// <summary>The limit of one client's subscribers: <see cref="HubOptions.MaxSubscribersPerClient"/>.</summary>
    PerClient,
}
