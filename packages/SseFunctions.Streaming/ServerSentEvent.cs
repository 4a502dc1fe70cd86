using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SseFunctions.Streaming;

/// <summary>One event of a stream. It is encoded once, so that all streams send the same bytes. Immutable.</summary>
public sealed class ServerSentEvent
{
    /// <summary>Creates an event, and encodes it.</summary>
    /// <param name="data">The text that is <c>event.data</c> in the browser. It may have several lines: each CR, LF or
    /// CRLF arrives as LF (WHATWG HTML 9.2.6).</param>
    /// <param name="type">The event type, the name for <c>addEventListener</c>; null for the default,
    /// <c>message</c>.</param>
    /// <param name="id">The event id, which a client sends as Last-Event-ID when it reconnects; null: the client keeps
    /// its last event id.</param>
    /// <param name="retry">The time that the client waits before it reconnects, sent in whole milliseconds; null: the
    /// client keeps its time.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> or <paramref name="id"/> contains CR, LF or NUL, or
    /// <paramref name="retry"/> is negative. A client would read them as another field or ignore them (WHATWG HTML
    /// 9.2.6).</exception>
    public ServerSentEvent(string data, string? type = null, string? id = null, TimeSpan? retry = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        Check(type, id, retry);
        Bytes = EventEncoder.Encode(data, type, id, retry);
    }

#pragma warning disable RS0026 // Ambiguous only for a null literal as the second argument, which does not compile.
    /// <summary>Creates an event whose data is JSON, for <c>JSON.parse(event.data)</c> in the browser. Property names
    /// are written in camel case (<see cref="JsonSerializerOptions.Web"/>).</summary>
    /// <param name="value">The value to serialize; null is written as <c>null</c>.</param>
    /// <param name="type">The event type; null for <c>message</c>. See the constructor.</param>
    /// <param name="id">The event id; null: the client keeps its last event id. See the constructor.</param>
    /// <param name="retry">The client's time before it reconnects; null: unchanged. See the constructor.</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    /// <exception cref="NotSupportedException">A type that is contained in <typeparamref name="T"/> cannot be written
    /// as JSON.</exception>
    [RequiresUnreferencedCode("Uses reflection to find the properties. In a trimmed app, pass a JsonTypeInfo<T>.")]
    [RequiresDynamicCode("Uses reflection to find the properties. In an app with native AOT, pass a JsonTypeInfo<T>.")]
    public static ServerSentEvent Json<T>(T value, string? type = null, string? id = null, TimeSpan? retry = null) =>
        new(JsonSerializer.Serialize(value, JsonSerializerOptions.Web), type, id, retry);

    /// <summary>Creates an event whose data is JSON, with the metadata of a source generator or with your own
    /// options.</summary>
    /// <param name="value">The value to serialize; null is written as <c>null</c>.</param>
    /// <param name="typeInfo">The metadata: a property of your <c>JsonSerializerContext</c>.</param>
    /// <param name="type">The event type; null for <c>message</c>. See the constructor.</param>
    /// <param name="id">The event id; null: the client keeps its last event id. See the constructor.</param>
    /// <param name="retry">The client's time before it reconnects; null: unchanged. See the constructor.</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public static ServerSentEvent Json<T>(
        T value, JsonTypeInfo<T> typeInfo, string? type = null, string? id = null, TimeSpan? retry = null) =>
        new(JsonSerializer.Serialize(value, typeInfo), type, id, retry);
#pragma warning restore RS0026

    /// <summary>Gets the bytes of the event on the wire, including the blank line at its end.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Checks the arguments of an event without creating it.</summary>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    internal static void Check(string? type, string? id, TimeSpan? retry)
    {
        RefuseBreaks(type, nameof(type));
        RefuseBreaks(id, nameof(id));
        ArgumentOutOfRangeException.ThrowIfLessThan(retry ?? TimeSpan.Zero, TimeSpan.Zero, nameof(retry));
    }

    private static void RefuseBreaks(string? value, string name)
    {
        if (value is not null && value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException($"The event's {name} contains CR, LF or NUL: remove them.", name);
    }
}
