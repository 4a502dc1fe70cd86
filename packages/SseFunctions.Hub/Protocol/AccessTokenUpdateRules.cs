using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>The rules that an update must follow when its publisher has a token of Mercure 1.0, beside the rules for
/// all updates.</summary>
internal static class AccessTokenUpdateRules
{
    /// <summary>The event type of the hub's own updates, which tell who is subscribed.</summary>
    private const string ReservedType = "mercure";

    private const string Wildcard = "*";

    /// <summary>The first rule that the update breaks; null if it follows all of them.</summary>
    /// <param name="update">An update that follows the rules for all updates.</param>
    /// <param name="hub">The address of the hub as the publisher sees it.</param>
    public static HubProblem? ProblemWith(Update update, WhatwgUrl hub)
    {
        foreach (var topic in update.Topics)
        {
            if (topic == Wildcard) return Bad("A topic must not be *: it stands for all topics.");
            if (ControlCharacters.AreIn(topic)) return Bad(Invisible("A topic"));
            // A hub can have several names, and proxies change them, so the host does not matter.
            if (TopicUrls.HasInPath(topic, hub, HubPath.Absolute))
            {
                return Bad(
                    $"Topics with {HubPath.Absolute} in them are reserved for the hub: choose another topic.");
            }
        }
        if (update.Id is { } id && ControlCharacters.AreIn(id)) return Bad(Invisible("The id"));
        if (update.Type is not { } type) return null;
        if (ControlCharacters.AreIn(type)) return Bad(Invisible("The type"));
        return type == ReservedType
            ? Bad($"The type {ReservedType} is reserved for the hub: choose another type.") : null;
    }

    private static string Invisible(string what) =>
        $"{what} has a control or format character (Unicode Cc or Cf): remove it.";

    private static HubProblem Bad(string title) => new(HubProblem.BadRequest, title);
}
