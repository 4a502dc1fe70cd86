using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>The entries that a group gets together: of the entries between two positions, all that are for the group.
/// It holds the entries themselves only until all members of the group have been woken.</summary>
/// <param name="before">The position at which the group's batch before this one ended.</param>
/// <param name="after">The position of the last entry.</param>
/// <param name="entries">The entries; none for a batch that only marks a position.</param>
internal sealed class Batch(LogPosition before, LogPosition after, LogEntry[]? entries)
{
    private volatile LogEntry[]? _entries = entries;

    /// <summary>How many bytes the events of the entries have together.</summary>
    public long SizeBytes { get; } = entries?.Sum(entry => (long)entry.Event.Bytes.Length) ?? 0;

    /// <summary>A reader that is here or further on misses nothing before this batch.</summary>
    public LogPosition Before => before;

    /// <summary>A reader that is here or further on misses nothing of this batch.</summary>
    public LogPosition After => after;

    /// <summary>In order; null once all members have been woken. A member that comes later reads the log.</summary>
    public LogEntry[]? Entries => _entries;

    /// <summary>Lets go of the entries. Otherwise a quiet group would hold them for longer than the log does.</summary>
    public void Release() => _entries = null;
}
