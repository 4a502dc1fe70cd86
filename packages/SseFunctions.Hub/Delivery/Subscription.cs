using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>The topic selectors and the rights of a subscriber. Subscribers with equal ones form one group.</summary>
/// <param name="Topics">The topic selectors that the subscriber subscribes to.</param>
/// <param name="Rights">The topic selectors that the subscriber's token gives a right to: see <see cref="Visibility"/>.
/// </param>
internal sealed record Subscription(TopicMatcherSet Topics, TopicMatcherSet Rights);
