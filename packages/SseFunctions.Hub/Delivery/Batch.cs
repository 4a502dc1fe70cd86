using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>What came for a group at once. Of the entries between two places it has all that the group may see, and for
/// as long as the group is being woken it has the entries themselves.</summary>
/// <param name="before">Where the group's batch before this one ended.</param>
/// <param name="after">The place of the last entry.</param>
/// <param name="entries">The entries; none for a batch that only marks a place.</param>
internal sealed class Batch(LogPosition before, LogPosition after, LogEntry[]? entries)
{
    private volatile LogEntry[]? _entries = entries;

    /// <summary>How many bytes the events of the entries have together.</summary>
    public long SizeBytes { get; } = entries?.Sum(entry => (long)entry.Event.Bytes.Length) ?? 0;

    /// <summary>A reader that is here or further on misses nothing before this batch.</summary>
    public LogPosition Before => before;

    /// <summary>A reader that is here or further on misses nothing of this batch.</summary>
    public LogPosition After => after;

    /// <summary>In order; null once the group is woken: whoever comes later finds them in the log.</summary>
    public LogEntry[]? Entries => _entries;

    /// <summary>Lets go of the entries, or a quiet group would hold them for longer than the log does.</summary>
    public void Release() => _entries = null;
}
