using SseFunctions.Streaming;

namespace SseFunctions.Hub.EventLogs;

/// <summary>An update in the log, with its position, its event id, and its event, which is encoded once for all
/// readers. Immutable.</summary>
internal sealed class LogEntry
{
    // The memory of an entry without its texts: objects, references and index. Measured on 64 bits and rounded up.
    private const int OverheadBytes = 400;
    private const int TopicOverheadBytes = 32;

    /// <summary>Creates the entry of an update.</summary>
    /// <param name="position">The position in the log.</param>
    /// <param name="update">The update. If it has no id, the event id is the text of the position.</param>
    /// <param name="timestamp">When this process received the update, see <see cref="Timestamp"/>.</param>
    /// <exception cref="ArgumentException">The type contains CR, LF or NUL.</exception>
    public LogEntry(LogPosition position, Update update, long timestamp)
    {
        ArgumentNullException.ThrowIfNull(update);
        Position = position;
        Timestamp = timestamp;
        Id = update.Id is { Length: > 0 } own ? own : position.ToString();
        // A copy: the publisher may change its own list later, and the topics decide who may see a private update.
        Topics = [.. update.Topics];
        IsPrivate = update.IsPrivate;
        Event = new ServerSentEvent(update.Data, update.Type, Id, update.Retry);
        SizeBytes = OverheadBytes + Event.Bytes.Length
            + (sizeof(char) * Id.Length) + Topics.Sum(topic => TopicOverheadBytes + (sizeof(char) * topic.Length));
    }

    public LogPosition Position { get; }

    /// <summary>The event id that subscribers see: the publisher's id, or else the text of the position.</summary>
    public string Id { get; }

    /// <summary>The topics, the canonical topic first.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>Whether only subscribers with a right to one of the topics may receive the update.</summary>
    public bool IsPrivate { get; }

    /// <summary>Whether every subscriber may see the entry. No subscriber may see an entry without topics.</summary>
    public bool IsPublic => !IsPrivate && Topics.Count > 0;

    /// <summary>The event that subscribers receive.</summary>
    public ServerSentEvent Event { get; }

    /// <summary>When this process received the update, as a value of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Timestamp { get; }

    /// <summary>The approximate memory of the entry, in bytes.</summary>
    public int SizeBytes { get; }

    /// <summary>Whether the other entry has the same topics, the same privacy and the same event, and so is a repeated
    /// publication of this update.</summary>
    public bool SaysTheSameAs(LogEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IsPrivate == other.IsPrivate && Topics.SequenceEqual(other.Topics, StringComparer.Ordinal)
            && Event.Bytes.Span.SequenceEqual(other.Event.Bytes.Span);
    }
}
