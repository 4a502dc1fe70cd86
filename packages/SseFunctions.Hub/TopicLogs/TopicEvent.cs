using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>An event of a topic log. Immutable.</summary>
public sealed class TopicEvent
{
    /// <summary>The writer of the events with which a log is created, before anybody has a lease.</summary>
    internal const string Creator = "0";

    /// <summary>Creates an event that <paramref name="writer"/> has appended: the holder of the lease, or
    /// <see cref="Creator"/>. A store that loses its last events gives their numbers again, but to another holder. So
    /// no two events have the same id.</summary>
    internal TopicEvent(TopicPosition position, string writer, string type, string data)
    {
        Position = position;
        Type = type;
        Data = data;
        Id = position.IdOf(writer);
        Event = new ServerSentEvent(data, type, Id);
    }

    /// <summary>Gets the event id, with which a client resumes. Unique among all events of a topic, even if the
    /// shared store loses some; unlike the ids of the hub's updates, not a moment in time.</summary>
    public string Id { get; }

    /// <summary>Gets the event type, the name for <c>addEventListener</c>.</summary>
    public string Type { get; }

    /// <summary>Gets the data of the event. It may have several lines.</summary>
    public string Data { get; }

    /// <summary>Gets the event for a stream. It is encoded once, for all readers of this instance.</summary>
    public ServerSentEvent Event { get; }

    internal TopicPosition Position { get; }
}
