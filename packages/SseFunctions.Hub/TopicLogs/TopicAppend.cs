using SseFunctions.Streaming;

namespace SseFunctions.Hub;

/// <summary>Events that are appended to a topic log together: readers see all of them or none.</summary>
/// <param name="Messages">The events, in order; at least one.</param>
public sealed record TopicAppend(IReadOnlyList<TopicMessage> Messages)
{
    /// <summary>Creates an append of one event.</summary>
    public TopicAppend(string type, string data)
        : this([new TopicMessage(type, data)])
    {
    }

    /// <summary>Gets the state of the topic after these events, for readers that have not read the events before: any
    /// text, for example JSON. Null, the default: the log keeps the snapshot that it has.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Gets whether the last of the events is the topic's final event: nothing can be appended after it.
    /// Default false.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Checks the events before they are stored.</summary>
    /// <exception cref="ArgumentException">There is no event, or a type contains CR, LF or NUL.</exception>
    internal void Check()
    {
        if (Messages.Count == 0) throw new ArgumentException("There is no event to append.", nameof(Messages));
        foreach (var message in Messages) ServerSentEvent.Check(message.Type, null, null);
    }
}
