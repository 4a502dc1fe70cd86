using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>What a subscriber subscribes to, and what it has a right to.</summary>
/// <param name="Topics">The topic selectors that it subscribes to.</param>
/// <param name="Rights">The topic selectors that its token gives a right to: see <see cref="Visibility"/>.</param>
internal sealed record Subscription(TopicSelectorSet Topics, TopicSelectorSet Rights);
