using System.Text;
using SseFunctions.Hub.Protocol;

namespace SseFunctions.Hub.Publishing;

/// <summary>What an update has to be like, whoever publishes it.</summary>
internal static class UpdateRules
{
    private const int MaxTopicLength = 4096;
    private const int MaxIdLength = 1024;
    private const int MaxTypeLength = 256;

    // Under it the hub itself tells of subscriptions: nobody else may.
    private const string OwnPath = "/.well-known/mercure";

    /// <summary>What is wrong with it, or null.</summary>
    public static HubProblem? ProblemWith(Update update, HubOptions options)
    {
        var count = update.Topics?.Count ?? 0;
        if (update.Topics is null || count == 0) return Bad("topic is missing: name at least one.");
        if (count > options.MaxTopics) return TooLarge($"An update has at most {options.MaxTopics} topics.");
        foreach (var topic in update.Topics)
        {
            if (string.IsNullOrEmpty(topic)) return Bad("A topic is empty: give it a name, for instance a URL.");
            if (topic.Length > MaxTopicLength) return TooLarge($"A topic has at most {MaxTopicLength} characters.");
            if (HasControls(topic)) return Bad("A topic has a control character: remove it.");
            if (topic.Contains(OwnPath, StringComparison.Ordinal))
                return Bad($"Topics with {OwnPath} in them are the hub's own: choose another.");
        }
        if (update.Data is null) return Bad("The data is null: leave it empty.");
        if (Encoding.UTF8.GetByteCount(update.Data) > options.MaxUpdateBytes)
            return TooLarge($"The data of an update has at most {options.MaxUpdateBytes} bytes.");
        if (update.Type is { } type)
        {
            if (type.Length > MaxTypeLength) return TooLarge($"A type has at most {MaxTypeLength} characters.");
            if (HasControls(type)) return Bad("The type has a control character: remove it.");
        }
        return update.Id is { Length: > 0 } id ? ProblemWithId(id) : null;
    }

    private static HubProblem? ProblemWithId(string id)
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

    private static HubProblem Bad(string title) => new(HubProblem.BadRequest, title);

    private static HubProblem TooLarge(string title) => new(HubProblem.TooLarge, title);
}
