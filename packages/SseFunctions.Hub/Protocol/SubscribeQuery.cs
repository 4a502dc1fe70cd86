using System.Text;
using SseFunctions.Hub.Publishing;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Hub.Protocol;

/// <summary>The matchers of a subscription, and the cursor at which its stream begins, from the fields of a query and,
/// in Mercure 1.0, of the body of a QUERY request. The name of each field shows to which version of the protocol it
/// belongs.</summary>
/// <param name="Topics">The matchers of both protocols.</param>
/// <param name="LastEventId">The id of the last event that the client has received, from the header or a field. Empty:
/// the client sends the field, but has received no event (1.0). Null: the client sends none.</param>
internal sealed record SubscribeQuery(TopicMatcherSet Topics, string? LastEventId)
{
    private const string Topic = "topic";
    private const string Match = "match";
    private const string MatchExact = "match_exact";
    private const string MatchPattern = "match_urlpattern";
    private const string Cursor = "last_event_id";

    private const int MaxMatchers = 100;
    private const int MaxPatternBytes = 4096;
    private const int MaxSelectorLength = 4096;
    private const int OtherParameters = 100;

    // The hub keeps about five bytes for each character as long as the stream is open, and a body of QUERY may have
    // very many. So the characters of all matchers of a subscriber have a limit too, which is higher than a URL's.
    private const int CharactersForEachTopic = 128;
    private const int LeastTopics = 1000;

    // Each template and each pattern has a limit of its own. This limit is for all templates and patterns of a
    // subscriber together, because each update may have to be matched with all of them.
    internal const int MaxSteps = 1000;

    /// <summary>The result for a query with a problem: no matchers and no cursor.</summary>
    public static SubscribeQuery None { get; } = new(TopicMatcherSet.Empty, null);

    /// <summary>How many fields a query or a body may have.</summary>
    public static int MaxFields(HubOptions options) => options.MaxTopics + OtherParameters;

    /// <summary>Reads the matchers and the cursor. Returns null, or what the client must change.</summary>
    /// <param name="text">The query with its question mark; empty or null if there is none.</param>
    /// <param name="body">The fields of the body; null if there is none.</param>
    /// <param name="header">The header Last-Event-ID, which wins over the fields; null if there is none.</param>
    /// <param name="options">The limits, and which protocols the hub speaks.</param>
    /// <param name="baseUrl">The base URL of URL patterns.</param>
    /// <param name="query">What was read; <see cref="None"/> if there is a problem.</param>
    public static HubProblem? TryRead(
        string? text,
        List<KeyValuePair<string, string>>? body,
        string? header,
        HubOptions options,
        WhatwgUrl baseUrl,
        out SubscribeQuery query)
    {
        query = None;
        var encoded = text is { Length: > 0 } ? text.AsSpan(1) : [];
        if (!UrlEncodedForm.TryParseQuery(encoded, MaxFields(options), out var fields, out var unreadable))
            return Bad(unreadable.Title);
        // The fields of the query come first, so its cursor wins over a cursor in the body.
        if (body is not null) fields.AddRange(body);
        var most = (long)CharactersForEachTopic * Math.Max(options.MaxTopics, LeastTopics);
        var texts = fields.Where(field => field.Key == Topic || IsReserved(field.Key)).Select(field => field.Value);
        if (texts.Sum(text => (long)text.Length) > most)
        {
            return Bad($"The topics and matchers have more than {most} characters together: name fewer or shorter "
                + "ones.");
        }
        if (Selectors(fields, options, out var selectors) is { } badSelector) return badSelector;
        if (Matchers(fields, options, baseUrl, out var matchers) is { } badMatcher) return badMatcher;
        if (selectors.Length + matchers.Count == 0) return Missing(options);
        var topics = TopicMatcherSet.Of([.. selectors.Select(TopicMatcher.Parse), .. matchers]);
        if (topics.Matchers.Sum(matcher => matcher.Steps) > MaxSteps)
        {
            return Bad(matchers.Count == 0
                ? "The URI Templates are too complex together: name fewer or simpler ones."
                : "The URL patterns and URI Templates are too complex together: name fewer or simpler ones.");
        }
        query = new SubscribeQuery(topics, CursorOf(header, fields, options));
        return null;
    }

    private static HubProblem? Selectors(
        List<KeyValuePair<string, string>> fields, HubOptions options, out string[] selectors)
    {
        selectors = [.. fields.Where(field => field.Key == Topic).Select(field => field.Value)];
        if (selectors.Length == 0) return null;
        if (!options.SpeaksV0)
            return Bad("topic is of Mercure 0.x, which this hub does not speak: use match or match_urlpattern.");
        if (selectors.Length > options.MaxTopics)
            return Bad($"There are more than {options.MaxTopics} topics: name fewer.");
        if (Array.Exists(selectors, selector => selector.Length is 0 or > MaxSelectorLength))
            return Bad($"A topic must have 1 to {MaxSelectorLength} characters.");
        return Array.Exists(selectors, selector => selector.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            ? Bad("A topic has a control character: remove it.")
            : null;
    }

    private static HubProblem? Matchers(
        List<KeyValuePair<string, string>> fields,
        HubOptions options,
        WhatwgUrl baseUrl,
        out List<TopicMatcher> matchers)
    {
        matchers = [];
        // In 0.x these names have no meaning, and names without a meaning are ignored.
        if (!options.SpeaksV1) return null;
        var distinct = new HashSet<(bool IsPattern, string Text)>();
        foreach (var (name, value) in fields)
        {
            if (!IsReserved(name)) continue;
            if (name is not (Match or MatchExact or MatchPattern))
            {
                return Bad($"A parameter whose name begins with {Match} must be {Match}, {MatchExact} or "
                    + $"{MatchPattern}, in lower case.");
            }
            var isPattern = name == MatchPattern;
            // No topic is empty, so an empty exact matcher matches no topic.
            if (value.Length == 0 && !isPattern) continue;
            if (!distinct.Add((isPattern, value))) continue;
            if (distinct.Count > MaxMatchers)
                return Bad($"There are more than {MaxMatchers} matchers: send fewer.");
            if (ControlCharacters.AreIn(value))
                return Bad($"{name} has a control or format character (Unicode Cc or Cf): remove it.");
            if (ProblemWith(name, value, baseUrl, out var matcher) is { } problem) return problem;
            if (matcher is not null) matchers.Add(matcher);
        }
        return null;
    }

    private static HubProblem? ProblemWith(string name, string value, WhatwgUrl baseUrl, out TopicMatcher? matcher)
    {
        matcher = null;
        if (Encoding.UTF8.GetByteCount(value) > MaxPatternBytes)
            return Bad($"{name} is longer than {MaxPatternBytes} bytes in UTF-8: shorten it.");
        if (name != MatchPattern)
        {
            matcher = TopicMatcher.Exact(value);
            return null;
        }
        return TopicMatcher.TryParsePattern(value, baseUrl, out matcher, out var reason)
            ? null
            : Bad($"{MatchPattern} is not a URL pattern that the hub can use. {reason}");
    }

    private static bool IsReserved(string name) => name.Length >= Match.Length
        && Ascii.EqualsIgnoreCase(name.AsSpan(0, Match.Length), Match);

    private static HubProblem Missing(HubOptions options)
    {
        const string newer = $"{Match}=... or {MatchPattern}=...";
        const string older = $"{Topic}=...";
        return Bad((options.SpeaksV1, options.SpeaksV0) switch
        {
            (true, true) => $"{Match} or {Topic} is missing: name what to subscribe to, as ?{newer} (Mercure 1.0) or "
                + $"?{older} (0.x), and repeat it for more.",
            (true, false) => $"{Match} is missing: name what to subscribe to, as ?{newer}, and repeat it for more.",
            _ => $"{Topic} is missing: name one, as ?{older}, and repeat it for more.",
        });
    }

    // The first of these that is not empty: the header, the parameter of 1.0, the parameter of 0.x. A request with only
    // an empty parameter of 0.x asks for the whole history, like a request with an unknown id.
    private static string? CursorOf(string? header, List<KeyValuePair<string, string>> fields, HubOptions options)
    {
        if (header is { Length: > 0 }) return header;
        string? cursor = options.SpeaksV1 ? header : null;
        string? old = null;
        foreach (var (name, value) in fields)
        {
            if (options.SpeaksV1 && name == Cursor)
            {
                if (value.Length > 0) return value;
                cursor = value;
            }
            else if (SseFunctions.Streaming.LastEventId.IsQueryName(name))
            {
                // Two different values are joined to a text that is not an id of any event.
                old = old is null || old == value ? value : $"{old},{value}";
            }
        }
        if (old is { Length: > 0 }) return old;
        return cursor ?? (old is null ? null : EventIds.Earliest);
    }

    private static HubProblem Bad(string title) => new(HubProblem.BadRequest, title);
}
