using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub;

/// <summary>What a publisher hands to a log. Immutable.</summary>
/// <param name="Topics">At least one; the first is the canonical one, the others are alternates.</param>
/// <param name="Data">What subscribers receive as data, line breaks of any kind included.</param>
public sealed record Update(IReadOnlyList<string> Topics, string Data)
{
    /// <summary>Whether only subscribers with the right to one of the topics may receive it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The publisher's own id. An update that is published again with its id and the same contents is not
    /// doubled. Null or empty, the default: the hub gives an id. It must not begin with <c>#</c>, which marks the hub's
    /// ids, nor be <c>earliest</c>. Subscribers see all but visible ASCII characters percent-encoded.</summary>
    public string? Id { get; init; }

    /// <summary>The event type; null for the default.</summary>
    public string? Type { get; init; }

    /// <summary>How long subscribers shall wait before they reconnect; null leaves it as it is.</summary>
    public TimeSpan? Retry { get; init; }

    /// <summary>Refuses an id that could be the log's own, or that could not come back in a Last-Event-ID header: those
    /// pass unharmed through every server and proxy only in visible ASCII.</summary>
    /// <exception cref="ArgumentException">It is such an id.</exception>
    internal void CheckId()
    {
        if (Id is not { Length: > 0 } id) return;
        if (id[0] == LogPosition.Mark)
            throw new ArgumentException("An id that begins with # is the log's own: choose another.", nameof(Id));
        if (id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("An id is of visible ASCII characters: percent-encode others.", nameof(Id));
    }
}
