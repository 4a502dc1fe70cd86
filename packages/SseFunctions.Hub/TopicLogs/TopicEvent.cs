using SseFunctions.Hub.TopicLogs;
using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>An event of a topic log. Immutable.</summary>
public sealed class TopicEvent
{
    internal TopicEvent(TopicPosition position, string type, string data)
    {
        Position = position;
        Type = type;
        Data = data;
        Id = position.ToString();
        Event = new ServerSentEvent(data, type, Id);
    }

    /// <summary>Gets the event id, with which a client resumes. Unique among all topic logs of one topic, and unlike
    /// the ids of the hub's updates not a moment in time.</summary>
    public string Id { get; }

    /// <summary>Gets the event type.</summary>
    public string Type { get; }

    /// <summary>Gets the data.</summary>
    public string Data { get; }

    /// <summary>Gets the event for a stream. It is encoded once, for all readers of this instance.</summary>
    public ServerSentEvent Event { get; }

    internal TopicPosition Position { get; }
}
