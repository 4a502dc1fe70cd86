using System.Text;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Publishing;

/// <summary>The rules that every update must follow, no matter who publishes it.</summary>
internal static class UpdateRules
{
    private const int MaxTopicLength = 4096;
    private const int MaxIdLength = 1024;
    private const int MaxTypeLength = 256;

    /// <summary>The first rule that the update breaks; null if it follows all of them.</summary>
    public static UpdateProblem? ProblemWith(Update update, UpdateLimits limits)
    {
        var count = update.Topics?.Count ?? 0;
        if (update.Topics is null || count == 0) return Bad("topic is missing: name at least one.");
        if (count > limits.MaxTopics) return TooLarge($"An update has at most {limits.MaxTopics} topics.");
        foreach (var topic in update.Topics)
        {
            if (string.IsNullOrEmpty(topic)) return Bad("A topic is empty: give it a name, for instance a URL.");
            if (topic.Length > MaxTopicLength) return TooLarge($"A topic has at most {MaxTopicLength} characters.");
            if (HasControls(topic)) return Bad("A topic has a control character: remove it.");
            // The hub publishes who is subscribed to topics below its path. No publisher may forge these updates.
            if (topic.Contains(HubPath.Absolute, StringComparison.Ordinal))
                return Bad($"Topics with {HubPath.Absolute} in them are the hub's own: choose another.");
        }
        if (update.Data is null) return Bad("The data is null: leave it empty.");
        if (Encoding.UTF8.GetByteCount(update.Data) > limits.MaxDataBytes)
            return TooLarge($"The data of an update has at most {limits.MaxDataBytes} bytes.");
        if (update.Type is { } type)
        {
            if (type.Length > MaxTypeLength) return TooLarge($"A type has at most {MaxTypeLength} characters.");
            if (HasControls(type)) return Bad("The type has a control character: remove it.");
        }
        return update.Id is { Length: > 0 } id ? ProblemWithId(id) : null;
    }

    private static UpdateProblem? ProblemWithId(string id)
    {
        if (id.StartsWith('#')) return Bad("Ids that begin with # are the hub's own: choose another.");
        if (id == EventIds.Earliest) return Bad($"The id {id} has a meaning of its own: choose another.");
        if (HasControls(id)) return Bad("The id has a control character: remove it.");
        return EventIds.Escape(id).Length > MaxIdLength
            ? TooLarge($"An id has at most {MaxIdLength} characters, percent-encoded where it is not ASCII.")
            : null;
    }

    private static bool HasControls(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f')
        || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f');

    private static UpdateProblem Bad(string title) => new(title, IsTooLarge: false);

    private static UpdateProblem TooLarge(string title) => new(title, IsTooLarge: true);
}
