using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub;

/// <summary>A connection's subscriptions, while it lasts.</summary>
internal sealed class ActiveSubscriber(ActiveSubscriptions all, TopicSelectorSet topics, string? payload)
{
    private Task _begun = Task.CompletedTask;

    /// <summary>Its id, which it alone has.</summary>
    public string Id { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>From now on it is told of.</summary>
    public void Begin() => _begun = all.AddAsync(this);

    /// <summary>From now on it is not, and that is told.</summary>
    public async Task EndAsync()
    {
        // Or it might be told that it has gone before it is told that it has come.
        await _begun;
        await all.RemoveAsync(this);
    }

    /// <summary>One for each selector.</summary>
    public IEnumerable<SubscriptionDocument> Documents(bool isActive) =>
        topics.Selectors.Select(selector => new SubscriptionDocument(selector.Text, Id, isActive, payload));
}
