using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SseFunctions.Hub.Tokens;

/// <summary>Reads the claim <c>authorization_details</c> of a token of Mercure 1.0 (RFC 9396; Mercure protocol,
/// draft 08). One invalid entry rejects the whole token, because guessing what it means could give a right that the
/// issuer did not intend.</summary>
/// <param name="urlPatternProblem">Returns why a text is not a valid URL pattern, as the rest of a sentence about the
/// text; null for a valid one.</param>
internal sealed class AuthorizationDetailsReader(Func<string, string?> urlPatternProblem)
{
    public const string Claim = "authorization_details";
    public const string Publish = "publish";
    public const string Subscribe = "subscribe";

    private const string Everything = "*";
    private const string Exact = "exact";
    private const string UrlPattern = "urlpattern";
    private const string Invisible = "has a control or format character";
    private const int MaxDetails = 100;
    private const int MaxTopics = 100;
    private const int MaxMatchBytes = 4096;
    private const int ShownCharacters = 20;

    /// <summary>Reads the claim. A token without the claim is valid and gives no right.</summary>
    /// <param name="claims">All claims of the token: a JSON object.</param>
    /// <param name="details">The entries that are meant for hubs; entries of another type are left out.</param>
    /// <returns>Why the token is refused, as <see cref="TokenResult.Reason"/>; null if it is not.</returns>
    public string? Read(JsonElement claims, out IReadOnlyList<AuthorizationDetail> details)
    {
        details = [];
        if (!claims.TryGetProperty(Claim, out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array) return $"its claim {Claim} is not an array";
        var read = new List<AuthorizationDetail>();
        var (index, topics) = (0, 0);
        foreach (var item in list.EnumerateArray())
        {
            if (Read(item, $"its claim {Claim}[{index++}]", out var detail) is { } problem) return problem;
            if (detail is null) continue;
            if (read.Count == MaxDetails)
                return $"its claim {Claim} has more entries for hubs than {MaxDetails}, the most that are allowed";
            topics += detail.Topics.Count;
            if (topics > MaxTopics)
                return $"its claim {Claim} has more topics in all than {MaxTopics}, the most that are allowed";
            read.Add(detail);
        }
        details = read;
        return null;
    }

    // The detail is null for an entry of another type, of which only the type is read.
    private string? Read(JsonElement item, string name, out AuthorizationDetail? detail)
    {
        detail = null;
        if (item.ValueKind != JsonValueKind.Object) return $"{name} is not a JSON object";
        if (!item.TryGetProperty("type", out var type)) return $"{name} has no type";
        if (UntrustedJson.Text(type) is not { } typeName) return $"{name}.type is not a valid Unicode string";
        if (typeName != AuthorizationDetail.Type) return null;
        if (Actions(item, $"{name}.actions", out var publish, out var subscribe) is { } badActions) return badActions;
        if (Topics(item, $"{name}.topics", out var topics) is { } badTopics) return badTopics;
        var payload = item.TryGetProperty("payload", out var value) ? value.GetRawText() : null;
        detail = new AuthorizationDetail(publish, subscribe, topics, payload);
        return null;
    }

    private static string? Actions(JsonElement item, string name, out bool publish, out bool subscribe)
    {
        publish = subscribe = false;
        if (!item.TryGetProperty("actions", out var list)) return $"{name} is missing";
        if (list.ValueKind != JsonValueKind.Array) return $"{name} is not an array of strings";
        if (list.GetArrayLength() == 0) return $"{name} is an empty array";
        var index = 0;
        foreach (var action in list.EnumerateArray())
        {
            if (TextProblem(action, $"{name}[{index++}]", out var text) is { } problem) return problem;
            // Unknown actions are ignored: a later version of the protocol may define them.
            publish |= text == Publish;
            subscribe |= text == Subscribe;
        }
        return null;
    }

    private string? Topics(JsonElement item, string name, out IReadOnlyList<TopicGrant> topics)
    {
        topics = [];
        if (!item.TryGetProperty("topics", out var list)) return $"{name} is missing";
        if (list.ValueKind != JsonValueKind.Array) return $"{name} is not an array of objects";
        var count = list.GetArrayLength();
        if (count == 0) return $"{name} is an empty array";
        if (count > MaxTopics) return $"{name} has {count} topics: at most {MaxTopics} are allowed";
        var grants = new List<TopicGrant>(count);
        foreach (var topic in list.EnumerateArray())
        {
            if (Topic(topic, $"{name}[{grants.Count}]", out var grant) is { } problem) return problem;
            grants.Add(grant);
        }
        topics = grants;
        return null;
    }

    private string? Topic(JsonElement topic, string name, out TopicGrant grant)
    {
        grant = default;
        if (topic.ValueKind == JsonValueKind.String) return $"{name} is a string: write {{\"match\":\"...\"}} instead";
        if (topic.ValueKind != JsonValueKind.Object) return $"{name} is not a JSON object";
        if (!topic.TryGetProperty("match", out var value)) return $"{name} has no match";
        if (TextProblem(value, $"{name}.match", out var match) is { } problem) return problem;
        if (Encoding.UTF8.GetByteCount(match) is > MaxMatchBytes and var bytes)
            return $"{name}.match has {bytes} bytes: at most {MaxMatchBytes} are allowed";
        if (TypeProblem(topic, $"{name}.match_type", out var type) is { } badType) return badType;
        // The protocol recognizes * before the type.
        if (type == GrantType.UrlPattern && match != Everything && urlPatternProblem(match) is { } why)
            return $"{name}.match is not a valid URL pattern: it {why}";
        grant = new TopicGrant(match, type);
        return null;
    }

    private static string? TypeProblem(JsonElement topic, string name, out GrantType type)
    {
        type = GrantType.Exact;
        if (!topic.TryGetProperty("match_type", out var value)) return null;
        if (UntrustedJson.Text(value) is not { } text) return $"{name} is not a valid Unicode string";
        if (text == UrlPattern) type = GrantType.UrlPattern;
        return text is Exact or UrlPattern ? null
            : $"{name} is '{CompactJws.Shown(text, ShownCharacters)}': it must be {Exact} or {UrlPattern}";
    }

    private static string? TextProblem(JsonElement value, string name, out string text)
    {
        text = "";
        if (UntrustedJson.Text(value) is not { } read) return $"{name} is not a valid Unicode string";
        if (read.Length == 0) return $"{name} is empty";
        // An invisible character would make two topics look the same to the person who grants a right.
        foreach (var rune in read.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format)
                return $"{name} {Invisible}, U+{rune.Value:X4}";
        }
        text = read;
        return null;
    }
}
