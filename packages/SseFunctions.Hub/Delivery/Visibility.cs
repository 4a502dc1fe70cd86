using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Delivery;

/// <summary>Decides which subscribers may see an update.</summary>
internal static class Visibility
{
    /// <summary>Whether a subscriber may see an entry. Every subscriber may see a public entry. A private entry needs a
    /// right to one of its topics, but not necessarily to the topic that the subscriber subscribes to (Mercure
    /// protocol, draft 07, section 6.2). No subscriber may see an entry without topics.</summary>
    /// <param name="entry">The entry, private or public.</param>
    /// <param name="rights">The topic selectors that the subscriber's token gives a right to.</param>
    public static bool IsVisibleTo(this LogEntry entry, TopicMatcherSet rights) =>
        entry.IsPublic || MaySeePrivate(rights, entry.Topics);

    /// <summary>Gets a function that takes the topics of a private entry and returns whether the subscriber may see the
    /// entry. Null if the subscriber may see no private entry.</summary>
    /// <param name="rights">The topic selectors that the subscriber's token gives a right to.</param>
    public static Func<IReadOnlyList<string>, bool>? PrivateFilter(TopicMatcherSet rights) =>
        rights.Matchers.Count == 0 ? null : topics => MaySeePrivate(rights, topics);

    private static bool MaySeePrivate(TopicMatcherSet rights, IReadOnlyList<string> topics) =>
        rights.MatchesAny(topics);
}
