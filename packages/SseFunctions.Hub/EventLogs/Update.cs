using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>An update to publish: its topics, its data, and who may receive it. Immutable.</summary>
/// <param name="Topics">At least one topic. The first is the canonical topic, the others are alternates (Mercure
/// protocol, draft 07).</param>
/// <param name="Data">The data of the event. It may contain CR, LF and CRLF; clients receive each as LF (WHATWG HTML
/// 9.2.6).</param>
public sealed record Update(IReadOnlyList<string> Topics, string Data)
{
    /// <summary>Gets whether only subscribers with a right to one of the topics may receive the update. Default false:
    /// every subscriber of one of the topics receives it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Gets the publisher's id of the update. Null or empty, the default: the hub assigns an id.</summary>
    /// <remarks>If the last update with this id has the same contents, publishing it again has no effect, so a
    /// publisher can retry safely. The id must not begin with <c>#</c>, which marks the ids that the hub assigns, and
    /// must not be <c>earliest</c>, with which clients ask for the whole history. Subscribers see the id with all
    /// characters except visible ASCII percent-encoded.</remarks>
    public string? Id { get; init; }

    /// <summary>Gets the event type. Null, the default: browsers receive the event as <c>message</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Gets how long clients wait before they reconnect, from this update on. Null, the default, leaves a
    /// client's time unchanged.</summary>
    public TimeSpan? Retry { get; init; }

    /// <summary>Refuses an id that the log could assign itself, and an id that a client could not send back in the
    /// header Last-Event-ID: only visible ASCII passes every server and proxy unchanged.</summary>
    /// <exception cref="ArgumentException">The id is refused.</exception>
    internal void CheckId()
    {
        if (Id is not { Length: > 0 } id) return;
        if (id[0] == LogPosition.Mark)
            throw new ArgumentException("Ids that begin with # are reserved: choose another id.", nameof(Id));
        if (id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("The id has characters beyond visible ASCII: percent-encode them.", nameof(Id));
    }
}
