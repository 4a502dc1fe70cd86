using System.Text;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Publishing;

/// <summary>The rules for all updates, whether they come by HTTP or from the app's own code.</summary>
internal static class UpdateRules
{
    private const int MaxTopicLength = 4096;
    private const int MaxIdLength = 1024;
    private const int MaxTypeLength = 256;

    /// <summary>Returns the problem of the first rule that the update breaks; null if the update follows all
    /// rules.</summary>
    public static UpdateProblem? ProblemWith(Update update, UpdateLimits limits)
    {
        var count = update.Topics?.Count ?? 0;
        if (update.Topics is null || count == 0) return Bad("topic is missing: name at least one topic.");
        if (count > limits.MaxTopics)
            return TooLarge($"The update has {count} topics, and the limit is {limits.MaxTopics}: name fewer.");
        foreach (var topic in update.Topics)
        {
            if (string.IsNullOrEmpty(topic)) return Bad("A topic is empty: give it a name, for instance a URL.");
            if (topic.Length > MaxTopicLength)
                return TooLarge($"A topic is longer than {MaxTopicLength} characters: shorten it.");
            if (HasControls(topic)) return Bad("A topic has a control character: remove it.");
            // The hub publishes its subscription updates on topics below its path. No publisher may forge them.
            if (topic.Contains(HubPath.Absolute, StringComparison.Ordinal))
                return Bad($"Topics that contain {HubPath.Absolute} are reserved for the hub: choose another topic.");
            if (IsBelowSubscriptions(topic))
            {
                return Bad($"Topics that are URLs with {HubPath.Subscriptions} in their path are reserved for the hub: "
                    + "choose another topic.");
            }
        }
        if (update.Data is null) return Bad("The data is null: set it to an empty string for an update without data.");
        if (Encoding.UTF8.GetByteCount(update.Data) > limits.MaxDataBytes)
            return TooLarge($"The data is longer than {limits.MaxDataBytes} bytes in UTF-8: shorten it.");
        if (update.Type is { } type)
        {
            if (type.Length > MaxTypeLength)
                return TooLarge($"The type is longer than {MaxTypeLength} characters: shorten it.");
            if (HasControls(type)) return Bad("The type has a control character: remove it.");
        }
        return update.Id is { Length: > 0 } id ? ProblemWithId(id) : null;
    }

    private static UpdateProblem? ProblemWithId(string id)
    {
        if (id.StartsWith('#')) return Bad("Ids that begin with # are reserved for the hub: choose another id.");
        if (id == EventIds.Earliest) return Bad($"The id {id} is reserved: choose another id.");
        if (HasControls(id)) return Bad("The id has a control character: remove it.");
        return EventIds.Escape(id).Length > MaxIdLength
            ? TooLarge($"The id, percent-encoded, is longer than {MaxIdLength} characters: shorten it.")
            : null;
    }

    // URL patterns resolve a topic such as /.well-known/./mercure/subscriptions/a, and so find the hub's path in it.
    // The address of the hub is unknown here, and its scheme decides whether https:a is relative.
    private static bool IsBelowSubscriptions(string topic) =>
        TopicUrls.HasInPath(topic, TopicUrls.UnknownHub, HubPath.Subscriptions)
        || TopicUrls.HasInPath(topic, TopicUrls.UnknownSecureHub, HubPath.Subscriptions);

    private static bool HasControls(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f')
        || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f');

    private static UpdateProblem Bad(string title) => new(title, IsTooLarge: false);

    private static UpdateProblem TooLarge(string title) => new(title, IsTooLarge: true);
}
