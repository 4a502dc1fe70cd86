namespace SseFunctions.Streaming;

/// <summary>One event of a stream, encoded once: every reader is sent the same bytes. Immutable.</summary>
public sealed class ServerSentEvent
{
    /// <summary>Makes an event.</summary>
    /// <param name="data">What <c>event.data</c> is in the browser. Each CR, LF or CRLF starts a new line of it and
    /// arrives as LF (WHATWG HTML 9.2.6).</param>
    /// <param name="type">The event type that <c>addEventListener</c> names; null for the default, <c>message</c>.
    /// </param>
    /// <param name="id">The event id, which a client that reconnects sends as Last-Event-ID; null leaves the client's
    /// last id as it was.</param>
    /// <param name="retry">How long the client shall wait before it reconnects, in whole milliseconds on the wire; null
    /// leaves it as it was.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> or <paramref name="id"/> holds CR, LF or NUL, or
    /// <paramref name="retry"/> is negative: on the wire they would forge a field or be dropped (WHATWG HTML 9.2.6).
    /// </exception>
    public ServerSentEvent(string data, string? type = null, string? id = null, TimeSpan? retry = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        Check(type, id, retry);
        Bytes = EventEncoder.Encode(data, type, id, retry);
    }

    /// <summary>The event as it goes over the wire, blank line included.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Refuses what no event can be made of, without making one.</summary>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    internal static void Check(string? type, string? id, TimeSpan? retry)
    {
        RefuseBreaks(type, nameof(type));
        RefuseBreaks(id, nameof(id));
        ArgumentOutOfRangeException.ThrowIfLessThan(retry ?? TimeSpan.Zero, TimeSpan.Zero, nameof(retry));
    }

    private static void RefuseBreaks(string? value, string name)
    {
        if (value is not null && value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException($"An event's {name} holds CR, LF or NUL: remove them.", name);
    }
}
