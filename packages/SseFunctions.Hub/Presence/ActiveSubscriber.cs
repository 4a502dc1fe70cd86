using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>The subscriptions of one open connection.</summary>
internal sealed class ActiveSubscriber(IPresence presence, TopicSelectorSet topics, string? payload)
{
    private Task _begun = Task.CompletedTask;

    /// <summary>The id of the connection, unique across all instances.</summary>
    public string Id { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>The topic selectors that it subscribes to.</summary>
    public IReadOnlyList<string> Topics { get; } = [.. topics.Selectors.Select(selector => selector.Text)];

    /// <summary>The JSON that its token adds to the subscriptions; null if the token adds none.</summary>
    public string? Payload => payload;

    /// <summary>Announces that the subscriptions are active.</summary>
    public void Begin() => _begun = presence.AddAsync(this);

    /// <summary>Announces that the subscriptions are not active any more.</summary>
    public async Task EndAsync()
    {
        // Otherwise the end could be announced before the beginning.
        await _begun;
        await presence.RemoveAsync(this);
    }

    /// <summary>One document for each topic selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(bool isActive) =>
        Topics.Select(topic => new SubscriptionDocument(topic, Id, isActive, payload));
}
