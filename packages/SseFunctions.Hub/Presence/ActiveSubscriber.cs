using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>A connection's subscriptions, while it lasts.</summary>
internal sealed class ActiveSubscriber(IPresence presence, TopicSelectorSet topics, string? payload)
{
    private Task _begun = Task.CompletedTask;

    /// <summary>Its id, which it alone has.</summary>
    public string Id { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>Its topic selectors.</summary>
    public IReadOnlyList<string> Topics { get; } = [.. topics.Selectors.Select(selector => selector.Text)];

    /// <summary>The JSON that its token wants to be told along; null: none.</summary>
    public string? Payload => payload;

    /// <summary>From now on it is told of.</summary>
    public void Begin() => _begun = presence.AddAsync(this);

    /// <summary>From now on it is not, and that is told.</summary>
    public async Task EndAsync()
    {
        // Or it might be told that it has gone before it is told that it has come.
        await _begun;
        await presence.RemoveAsync(this);
    }

    /// <summary>One for each selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(bool isActive) =>
        Topics.Select(topic => new SubscriptionDocument(topic, Id, isActive, payload));
}
