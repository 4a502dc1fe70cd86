namespace SseFunctions.Hub;

/// <summary>Shorter ways to publish.</summary>
public static class UpdatePublisherExtensions
{
    /// <summary>Publishes a public update with one topic. See <see cref="IUpdatePublisher.PublishAsync"/>.</summary>
    /// <param name="publisher">The publisher.</param>
    /// <param name="topic">The topic, such as <c>orders/42</c> or a URL.</param>
    /// <param name="data">What <c>event.data</c> is in the browser.</param>
    /// <param name="cancellationToken">Ends the waiting. The update may then be published or not.</param>
    /// <returns>The update's event id.</returns>
    /// <exception cref="ArgumentException">The topic or the data is not allowed; the message says what to change.
    /// </exception>
    /// <exception cref="LogUnavailableException">The shared log cannot be reached, or takes nothing: try again.
    /// </exception>
    public static Task<string> PublishAsync(
        this IUpdatePublisher publisher, string topic, string data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        return publisher.PublishAsync(new Update([topic], data), cancellationToken);
    }
}
