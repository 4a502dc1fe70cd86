using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>What someone subscribes to, and what he may see of it.</summary>
/// <param name="Topics">The topic selectors.</param>
/// <param name="Rights">Of private updates, those of which a topic fits one of these: not necessarily the one by which
/// they are subscribed to (Mercure protocol, draft 07, section 6.2).</param>
internal sealed record Subscription(TopicSelectorSet Topics, TopicSelectorSet Rights);
