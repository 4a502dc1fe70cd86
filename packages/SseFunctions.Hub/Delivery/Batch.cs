using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Delivery;

/// <summary>The entries that a group gets in one sweep: all entries between two positions that are for the group. The
/// batch holds the entries only until all members of the group have been woken. Thread-safe.</summary>
/// <param name="before">The position at which the group's previous batch ended.</param>
/// <param name="after">The position of the last entry.</param>
/// <param name="entries">The entries; null for a batch that only marks a position.</param>
internal sealed class Batch(LogPosition before, LogPosition after, LogEntry[]? entries)
{
    private volatile LogEntry[]? _entries = entries;

    /// <summary>The bytes of the events of all entries together.</summary>
    public long SizeBytes { get; } = entries?.Sum(entry => (long)entry.Event.Bytes.Length) ?? 0;

    /// <summary>A subscriber at this position or after it has all entries before this batch.</summary>
    public LogPosition Before => before;

    /// <summary>A subscriber at this position or after it has all entries of this batch.</summary>
    public LogPosition After => after;

    /// <summary>The entries, in order; null once all members have been woken, or if the batch only marks a position. A
    /// member that finds null reads the log.</summary>
    public LogEntry[]? Entries => _entries;

    /// <summary>Releases the entries. Otherwise a quiet group would keep them in memory after the log has dropped
    /// them.</summary>
    public void Release() => _entries = null;
}
