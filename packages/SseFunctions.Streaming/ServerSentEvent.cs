using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

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

#pragma warning disable RS0026 // Only a null literal as the second argument fits both, and does not compile.
    /// <summary>Makes an event whose data is JSON, for <c>JSON.parse(event.data)</c> in the browser. Names of properties
    /// are written in camel case (<see cref="JsonSerializerOptions.Web"/>).</summary>
    /// <param name="value">What is written as JSON; null is written as <c>null</c>.</param>
    /// <param name="type">As of the constructor.</param>
    /// <param name="id">As of the constructor.</param>
    /// <param name="retry">As of the constructor.</param>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    /// <exception cref="NotSupportedException">A type that is contained in <typeparamref name="T"/> cannot be written as
    /// JSON.</exception>
    [RequiresUnreferencedCode("Finds the properties by reflection. In a trimmed app, pass a JsonTypeInfo<T>.")]
    [RequiresDynamicCode("Finds the properties by reflection. In an app that is compiled ahead, pass a JsonTypeInfo<T>.")]
    public static ServerSentEvent Json<T>(T value, string? type = null, string? id = null, TimeSpan? retry = null) =>
        new(JsonSerializer.Serialize(value, JsonSerializerOptions.Web), type, id, retry);

    /// <summary>Makes an event whose data is JSON, with the metadata of a source generator or with options of your
    /// own.</summary>
    /// <param name="value">What is written as JSON; null is written as <c>null</c>.</param>
    /// <param name="typeInfo">How it is written: a property of your <c>JsonSerializerContext</c>.</param>
    /// <param name="type">As of the constructor.</param>
    /// <param name="id">As of the constructor.</param>
    /// <param name="retry">As of the constructor.</param>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    public static ServerSentEvent Json<T>(
        T value, JsonTypeInfo<T> typeInfo, string? type = null, string? id = null, TimeSpan? retry = null) =>
        new(JsonSerializer.Serialize(value, typeInfo), type, id, retry);
#pragma warning restore RS0026

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
