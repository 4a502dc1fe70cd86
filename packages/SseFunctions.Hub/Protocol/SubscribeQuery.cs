using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reads what someone subscribes to.</summary>
internal static class SubscribeQuery
{
    private const int MaxSelectorLength = 4096;
    private const int OtherParameters = 100;

    // One template alone is bounded already. Each update may have to be compared with all of them.
    private const int MaxSteps = 1000;

    /// <summary>The topics, or what is wrong with them.</summary>
    public static HubProblem? TryRead(
        string? query, HubOptions options, out TopicSelectorSet topics)
    {
        topics = TopicSelectorSet.Empty;
        var text = query is { Length: > 0 } ? query.AsSpan(1) : [];
        if (!UrlEncodedForm.TryParseQuery(text, options.MaxTopics + OtherParameters, out var fields, out var problem))
            return Bad(problem.Title);
        var selectors = fields.Where(field => field.Key == "topic").Select(field => field.Value).ToArray();
        if (selectors.Length == 0) return Bad("topic is missing: name one, as ?topic=..., and repeat it for more.");
        if (selectors.Length > options.MaxTopics) return Bad($"A subscription has at most {options.MaxTopics} topics.");
        if (Array.Exists(selectors, selector => selector.Length is 0 or > MaxSelectorLength))
            return Bad($"A topic has 1 to {MaxSelectorLength} characters.");
        if (Array.Exists(selectors, selector => selector.AsSpan().ContainsAnyInRange('\0', '\u001f')))
            return Bad("A topic has a control character: remove it.");
        var parsed = TopicSelectorSet.Parse(selectors);
        if (parsed.Selectors.Sum(selector => selector.Steps) > MaxSteps)
            return Bad("The URI Templates of the topics are too long together: name fewer, or simpler ones.");
        topics = parsed;
        return null;
    }

    private static HubProblem Bad(string title) => new(HubProblem.BadRequest, title);
}
