namespace SseFunctions.Hub.TopicLogs;

/// <summary>A topic log in the memory of this process. The lock of <see cref="InMemoryTopicStore"/> guards
/// it.</summary>
internal sealed class StoredTopic(string topic, long created, TimeSpan retention)
{
    private readonly List<TopicEvent> _events = [];
    private string? _snapshot;
    private long _snapshotAt = -1;

    public string Topic => topic;

    /// <inheritdoc cref="TopicPosition.Created"/>
    public long Created => created;

    /// <summary>The number of the last event.</summary>
    public long Last { get; private set; }

    /// <summary>Whether the last event is final.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>When the last event was appended, or the lease was renewed: the retention begins then.</summary>
    public DateTimeOffset Changed { get; set; }

    /// <inheritdoc cref="TopicLeaseOffer.Epoch"/>
    public long Epoch { get; set; }

    /// <summary>Who took the lease last; null: nobody.</summary>
    public string? Holder { get; set; }

    public DateTimeOffset LeasedUntil { get; set; }

    /// <summary>When somebody last asked for the lease while another held it.</summary>
    public DateTimeOffset Asked { get; set; }

    /// <summary>Whether the retention is over.</summary>
    public bool IsOver(DateTimeOffset now) => now - Changed > retention;

    /// <summary>Whether the lease of this holder allows to append.</summary>
    public bool IsHeld(string holder, DateTimeOffset now) => !IsEnded && holder == Holder && now < LeasedUntil;

    public void Add(string writer, TopicAppend append, DateTimeOffset now)
    {
        foreach (var (type, data) in append.Messages)
            _events.Add(new TopicEvent(new TopicPosition(created, ++Last), writer, type, data));
        if (append.Snapshot is not null) (_snapshot, _snapshotAt) = (append.Snapshot, Last);
        IsEnded = append.IsFinal;
        Changed = now;
        var beforeSnapshot = _snapshotAt - (Last - _events.Count);
        if (beforeSnapshot > TopicMirror.MaxReplayed)
            _events.RemoveRange(0, (int)beforeSnapshot - (TopicMirror.MaxReplayed / 2));
    }

    /// <summary>Drops the events that the snapshot contains, except the last, whose id a client may have.</summary>
    public void Compact()
    {
        var beforeSnapshot = _snapshotAt - (Last - _events.Count);
        if (beforeSnapshot > 1) _events.RemoveRange(0, (int)beforeSnapshot - 1);
    }

    /// <inheritdoc cref="ITopicStore.ReadAsync"/>
    public TopicPage Read(long after, long snapshotAt)
    {
        var skip = (int)Math.Clamp(after - (Last - _events.Count), 0, _events.Count);
        return new TopicPage(
            created, _events[skip..], IsEnded, _snapshotAt, _snapshotAt == snapshotAt ? null : _snapshot);
    }

    /// <summary>Gets what a list says of the log.</summary>
    public TopicSummary Summary(DateTimeOffset now) => new(
        topic, DateTimeOffset.FromUnixTimeMilliseconds(created), _snapshot, IsEnded, LeasedUntil > now && !IsEnded);
}
