namespace SseFunctions.Hub.EventLogs;

/// <summary>A log in the memory of this process, for an app with one instance. A restart empties the log. Event ids do
/// not repeat after a restart, because they contain the time.</summary>
internal sealed class InMemoryEventLog : IEventLog
{
    private readonly EntryStore _entries;

    /// <summary>Creates an empty log.</summary>
    public InMemoryEventLog(LogLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxCount, 1, nameof(limits));
        // The start position differs after a restart, so that a client with an older event id learns of the gap.
        var start = default(LogPosition).Next(time.GetUtcNow());
        _entries = new EntryStore(new LogRing(limits, start, start), time);
    }

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public LogPosition Start => _entries.Start;

    /// <inheritdoc/>
    public LogPosition Tail => _entries.Tail;

    /// <inheritdoc/>
    public string? LastId => _entries.LastId;

    /// <inheritdoc/>
    public LogSize Size => _entries.Size;

    /// <inheritdoc/>
    public LogEnd FindEnd() => _entries.End;

    /// <inheritdoc/>
    public ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        update.CheckId();
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_entries.Append(update));
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return ValueTask.FromResult(_entries.Find(id));
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition?> FindVisibleAsync(
        string id, Func<IReadOnlyList<string>, bool>? seesPrivate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return ValueTask.FromResult(_entries.FindVisible(id, seesPrivate));
    }

    /// <inheritdoc/>
    public int Read(LogPosition after, Span<LogEntry> entries) => _entries.Read(after, entries);

    /// <inheritdoc/>
    public int ReadBack(LogPosition before, Span<LogEntry> entries) => _entries.ReadBack(before, entries);

    /// <inheritdoc/>
    public IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(
        LogPosition after, CancellationToken cancellationToken) => _entries.FollowAsync(after, cancellationToken);
}
