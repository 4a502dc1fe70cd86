using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reads the topic selectors in the query of a request to subscribe.</summary>
internal static class SubscribeQuery
{
    private const int MaxSelectorLength = 4096;
    private const int OtherParameters = 100;

    // UriTemplate.MaxSteps bounds one template. But each update may have to be matched with all templates of a
    // subscriber.
    private const int MaxSteps = 1000;

    /// <summary>Reads the topic selectors. Returns null, or what the client must change.</summary>
    public static HubProblem? TryRead(
        string? query, HubOptions options, out TopicMatcherSet topics)
    {
        topics = TopicMatcherSet.Empty;
        var text = query is { Length: > 0 } ? query.AsSpan(1) : [];
        if (!UrlEncodedForm.TryParseQuery(text, options.MaxTopics + OtherParameters, out var fields, out var problem))
            return Bad(problem.Title);
        var selectors = fields.Where(field => field.Key == "topic").Select(field => field.Value).ToArray();
        if (selectors.Length == 0) return Bad("topic is missing: name one, as ?topic=..., and repeat it for more.");
        if (selectors.Length > options.MaxTopics)
            return Bad($"There are more than {options.MaxTopics} topics: name fewer.");
        if (Array.Exists(selectors, selector => selector.Length is 0 or > MaxSelectorLength))
            return Bad($"A topic must have 1 to {MaxSelectorLength} characters.");
        if (Array.Exists(selectors, selector => selector.AsSpan().ContainsAnyInRange('\0', '\u001f')))
            return Bad("A topic has a control character: remove it.");
        var parsed = TopicMatcherSet.Parse(selectors);
        if (parsed.Matchers.Sum(selector => selector.Steps) > MaxSteps)
            return Bad("The URI Templates are too complex together: name fewer or simpler ones.");
        topics = parsed;
        return null;
    }

    private static HubProblem Bad(string title) => new(HubProblem.BadRequest, title);
}
