using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>The id and the subscriptions of one subscriber, as presence lists and announces them.</summary>
/// <param name="presence">Lists and announces them.</param>
/// <param name="topics">The matchers, each of which is a subscription.</param>
/// <param name="payload">The JSON that the token adds to all subscriptions; null if it adds none.</param>
/// <param name="payloads">The JSON that the token adds to each subscription; null if <paramref name="payload"/> is for
/// all.</param>
internal sealed class ActiveSubscriber(
    IPresence presence, TopicMatcherSet topics, string? payload, IReadOnlyList<string?>? payloads = null)
{
    private Task _begun = Task.CompletedTask;

    /// <summary>The id of the subscriber, unique across all instances.</summary>
    public string Id { get; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>The texts of the matchers that the subscriber subscribes to.</summary>
    public IReadOnlyList<string> Topics { get; } = [.. topics.Matchers.Select(matcher => matcher.Text)];

    /// <summary>The kinds of the matchers; null if all are selectors.</summary>
    public IReadOnlyList<MatchKind>? Kinds { get; } =
        topics.Matchers.All(matcher => matcher.Kind == MatchKind.Selector)
            ? null
            : [.. topics.Matchers.Select(matcher => matcher.Kind)];

    /// <summary>The JSON that the subscriber's token adds to the subscriptions; null if the token adds none.</summary>
    public string? Payload => payload;

    /// <summary>The JSON that the subscriber's token adds to each subscription; null if <see cref="Payload"/> is for
    /// all.</summary>
    public IReadOnlyList<string?>? Payloads => payloads;

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

    /// <summary>Gets one document for each matcher.</summary>
    public IEnumerable<SubscriptionDocument> Documents(bool isActive) => Topics.Select((topic, index) =>
        new SubscriptionDocument(
            topic, Id, isActive, payloads is null ? payload : payloads[index], Kinds?[index] ?? MatchKind.Selector));
}
