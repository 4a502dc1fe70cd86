namespace SseFunctions.Hub;

/// <summary>Shorter calls of <see cref="IUpdatePublisher"/>.</summary>
public static class UpdatePublisherExtensions
{
    /// <summary>Publishes a public update with one topic. See <see cref="IUpdatePublisher.PublishAsync"/>.</summary>
    /// <param name="publisher">The publisher, from the services of the app.</param>
    /// <param name="topic">The topic, such as <c>orders/42</c> or a URL.</param>
    /// <param name="data">The data of the event: <c>event.data</c> in the browser.</param>
    /// <param name="cancellationToken">Cancels the wait. The update may be published all the same.</param>
    /// <returns>The event id of the update.</returns>
    /// <exception cref="ArgumentException">The topic or the data is not allowed; the message says what to change.
    /// </exception>
    /// <exception cref="HubUnavailableException">The shared log cannot be reached, or refuses the update. Try again.
    /// </exception>
    public static Task<string> PublishAsync(
        this IUpdatePublisher publisher, string topic, string data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        return publisher.PublishAsync(new Update([topic], data), cancellationToken);
    }
}
