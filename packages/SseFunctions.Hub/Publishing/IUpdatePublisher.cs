namespace SseFunctions.Hub;

/// <summary>Publishes from the app's own code: from a queue's message, from a timer, from any function. It needs no
/// token and no request. Thread-safe.</summary>
public interface IUpdatePublisher
{
    /// <summary>Publishes an update: once this returns, everyone subscribed to one of its topics gets it. Published
    /// again with the same id and the same contents, it is not delivered again.</summary>
    /// <returns>The update's event id.</returns>
    /// <exception cref="ArgumentException">The update is not allowed; the message says what to change.</exception>
    /// <exception cref="HubUnavailableException">The updates' store cannot be reached, or refuses the update: try
    /// again.</exception>
    Task<string> PublishAsync(Update update, CancellationToken cancellationToken = default);
}
