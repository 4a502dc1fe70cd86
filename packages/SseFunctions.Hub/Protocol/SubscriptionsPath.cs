using System.Diagnostics.CodeAnalysis;
using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>Which subscriptions a request asks for: those of Mercure 1.0 where the first segment is a match type and a
/// second one follows, otherwise those of 0.x.</summary>
/// <param name="Kind">The kind of the matchers; null: any kind of Mercure 1.0.</param>
/// <param name="Topic">The text of the matcher; null: any.</param>
/// <param name="Subscriber">The id of the connection; null: any.</param>
internal sealed record SubscriptionsPath(MatchKind? Kind, string? Topic, string? Subscriber)
{
    /// <summary>Whether the subscriptions are of Mercure 1.0.</summary>
    public bool IsOfV1 => Kind != MatchKind.Selector;

    /// <summary>Reads the segments of the path after <c>/subscriptions</c>.</summary>
    /// <param name="segments">The three segments; null where there is none.</param>
    /// <param name="options">Which protocols the hub speaks.</param>
    /// <param name="isOfV1">Whether a request for all subscriptions asks for those of Mercure 1.0; if not, for those
    /// of 0.x.</param>
    /// <param name="path">What was read, if there is no problem.</param>
    public static HubProblem? TryRead(
        (string? First, string? Second, string? Third) segments,
        HubOptions options,
        bool isOfV1,
        out SubscriptionsPath path)
    {
        var (first, second, third) = segments;
        path = new SubscriptionsPath(null, null, null);
        if (first is null)
        {
            path = new SubscriptionsPath(isOfV1 ? null : MatchKind.Selector, null, null);
        }
        else if (options.SpeaksV1 && second is not null && MatchTypes.Parse(first) is { } kind)
        {
            path = new SubscriptionsPath(kind, Unescape(second), Unescape(third));
        }
        else if (options.SpeaksV0 && third is null)
        {
            path = new SubscriptionsPath(MatchKind.Selector, Unescape(first), Unescape(second));
        }
        else
        {
            return options.SpeaksV1 && MatchTypes.Parse(first) is null
                ? new HubProblem(
                    HubProblem.BadRequest, $"The first segment of the path is a match type: {MatchTypes.All}.")
                : new HubProblem(HubProblem.NotFound, "There are no such subscriptions: check the path.");
        }
        return null;
    }

    /// <summary>Whether the request asks for this subscription.</summary>
    public bool Contains(SubscriptionDocument document) =>
        document.IsOfV1 == IsOfV1
        && (Kind is null || document.Kind == Kind)
        && (Topic is null || Unescape(document.Topic) == Topic)
        && (Subscriber is null || Unescape(document.Subscriber) == Subscriber);

    /// <summary>Returns the name of the subscriptions that the request asks for. Tokens give rights to this
    /// name.</summary>
    /// <param name="topic">The exact text of the matcher.</param>
    /// <param name="subscriber">The exact id of the connection; null: any.</param>
    public string NameOf(string? topic, string? subscriber) =>
        SubscriptionDocument.PathOf(topic, subscriber, Kind ?? MatchKind.Selector);

    // Some proxies and hosts decode the path, and some do not. A remaining escape may belong to the topic, and nothing
    // tells whether it does. So both sides are decoded and then compared: two topics that differ only in their escapes
    // are the same here.
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Unescape(string? text) => text is null ? null : Uri.UnescapeDataString(text);
}
