using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>The id and the subscriptions of one subscriber, as presence lists and announces them.</summary>
internal sealed class ActiveSubscriber(IPresence presence, TopicMatcherSet topics, string? payload)
{
    private Task _begun = Task.CompletedTask;

    /// <summary>The id of the subscriber, unique across all instances.</summary>
    public string Id { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>The topic selectors that the subscriber subscribes to.</summary>
    public IReadOnlyList<string> Topics { get; } = [.. topics.Matchers.Select(selector => selector.Text)];

    /// <summary>The JSON that the subscriber's token adds to the subscriptions; null if the token adds none.</summary>
    public string? Payload => payload;

    /// <summary>Announces that the subscriptions are active. Called once, when the subscriber has joined its group.
    /// </summary>
    public void Begin() => _begun = presence.AddAsync(this);

    /// <summary>Announces that the subscriptions are no longer active. Called once, after <see cref="Begin"/>.
    /// </summary>
    public async Task EndAsync()
    {
        // Otherwise the end could be announced before the beginning.
        await _begun;
        await presence.RemoveAsync(this);
    }

    /// <summary>Gets one document for each topic selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(bool isActive) =>
        Topics.Select(topic => new SubscriptionDocument(topic, Id, isActive, payload));
}
