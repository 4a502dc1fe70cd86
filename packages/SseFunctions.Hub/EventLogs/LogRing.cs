namespace SseFunctions.Hub.EventLogs;

/// <summary>The entries that a log holds in memory, in the order of their positions, with an index of the publishers'
/// ids. Not thread-safe.</summary>
/// <param name="limits">How much the ring holds.</param>
/// <param name="start">The position before the first entry that the ring will hold.</param>
/// <param name="origin">The value of <see cref="LastPublic"/> until the first public entry. Subscribers are told this
/// position, so it must not be the position of an entry that may be private.</param>
internal sealed class LogRing(LogLimits limits, LogPosition start = default, LogPosition origin = default)
{
    private const int SmallestSize = 64;

    // The first entry of each publisher's id, and the later entries of the few ids that several updates share.
    private readonly Dictionary<string, LogPosition> _ownIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LogPosition>> _repeats = new(StringComparer.Ordinal);

    private LogEntry[] _entries = new LogEntry[SmallestSize];
    private int _first;
    private int _count;
    private long _bytes;
    private string? _droppedId;

    // The topics of the last dropped entry, unless that entry was public. Null if it was, or if none was dropped.
    private IReadOnlyList<string>? _droppedPrivateTopics;

    // The position of the last dropped public entry: the ring holds all public entries after it. Null if unknown.
    private LogPosition? _droppedPublic = start == origin ? start : null;
    private string? _droppedPublicId;

    /// <summary>How many entries the ring holds, and their memory.</summary>
    public LogSize Size => new(_count, _bytes);

    /// <summary>The position of the last entry, whether the ring still holds it or not.</summary>
    public LogPosition Tail { get; private set; } = start;

    /// <summary>The position of the last public entry, whether the ring still holds it or not; the origin if there was
    /// none.</summary>
    public LogPosition LastPublic { get; private set; } = origin;

    /// <summary>The event id of the last entry, whether the ring still holds it or not; null if there never was an
    /// entry.</summary>
    public string? LastId { get; private set; }

    /// <summary>The position of the last entry that was dropped; the start position if there was none.</summary>
    public LogPosition Dropped { get; private set; } = start;

    /// <summary>Adds an entry. Its position must be after all others.</summary>
    public void Add(LogEntry entry)
    {
        if (_count == _entries.Length) Grow();
        _entries[Slot(_count)] = entry;
        _count++;
        _bytes += entry.SizeBytes;
        Tail = entry.Position;
        LastId = entry.Id;
        if (entry.IsPublic) LastPublic = entry.Position;
        if (entry.Id[0] == LogPosition.Mark || _ownIds.TryAdd(entry.Id, entry.Position)) return;
        if (!_repeats.TryGetValue(entry.Id, out var repeats)) _repeats.Add(entry.Id, repeats = []);
        repeats.Add(entry.Position);
    }

    /// <summary>Drops the oldest entries until the ring is within its limits. Entries after <paramref name="upTo"/>
    /// stay. The last entry stays however large it is, but not however old.</summary>
    public void Trim(DateTimeOffset now, LogPosition upTo)
    {
        var oldest = (now - limits.MaxAge).ToUnixTimeMilliseconds();
        while (_count > 0 && At(0) is var first && first.Position <= upTo && (first.Position.Milliseconds < oldest
            || _count > limits.MaxCount || (_bytes > limits.MaxBytes && _count > 1)))
            Drop(first);
    }

    /// <summary>Finds the last entry with this publisher's id; null if there is none.</summary>
    public LogEntry? LastOfOwnId(string id)
    {
        if (!_ownIds.TryGetValue(id, out var position)) return null;
        return At(IndexAfter(_repeats.TryGetValue(id, out var repeats) ? repeats[^1] : position) - 1);
    }

    /// <summary>Finds the position of an event id; null if it is unknown. The text of a position also finds its entry,
    /// even if the entry has a publisher's id.</summary>
    public LogPosition? Find(string id)
    {
        if (_ownIds.TryGetValue(id, out var own)) return own;
        // A reader can still continue from the last dropped entry: the ring holds every entry after it.
        if (id == _droppedId) return Dropped;
        if (!LogPosition.TryParse(id, out var position)) return null;
        if (position == Dropped) return position;
        var index = IndexAfter(position) - 1;
        return index >= 0 && At(index).Position == position ? position : null;
    }

    /// <summary>Finds the position after which a reader that has the entry with this event id continues; null if the id
    /// is unknown to the reader. An entry that the reader may not see is unknown to it, as if it did not
    /// exist.</summary>
    /// <param name="id">The id of the last event that the reader has received.</param>
    /// <param name="seesPrivate">Returns whether the reader may see a private entry with these topics; null if the
    /// reader may see no private entry.</param>
    public LogPosition? FindVisible(string id, Func<IReadOnlyList<string>, bool>? seesPrivate)
    {
        // A reader without rights misses nothing: no public entry was dropped after this one.
        var isLastPublic = id == _droppedPublicId
            || (LogPosition.TryParse(id, out var asked) && asked == _droppedPublic);
        if (seesPrivate is null && isLastPublic) return Dropped;
        if (Find(id) is not { } first) return null;
        if (IsVisible(first, seesPrivate)) return first;
        // Another entry with the same id may be one that the reader may see.
        foreach (var position in _repeats.GetValueOrDefault(id, []))
        {
            if (IsVisible(position, seesPrivate)) return position;
        }
        return null;
    }

    /// <summary>Copies entries after a position.</summary>
    /// <returns>How many were copied; 0 at the end of the log.</returns>
    /// <exception cref="LogGapException">Some of the entries were dropped, or the position is not in this log.
    /// </exception>
    public int Read(LogPosition after, Span<LogEntry> entries)
    {
        if (after >= Tail) return 0;
        if (after < Dropped) throw new LogGapException();
        var index = IndexAfter(after);
        // The position is not in this log, because the log lost its last entries and continued without them. So the
        // entries that followed the position are unknown.
        if (index == 0 ? after != Dropped : At(index - 1).Position != after) throw new LogGapException();
        var count = Math.Min(_count - index, entries.Length);
        for (var next = 0; next < count; next++) entries[next] = At(index + next);
        return count;
    }

    /// <summary>Copies the last entries before a position, in order.</summary>
    /// <returns>How many were copied.</returns>
    public int ReadBack(LogPosition before, Span<LogEntry> entries)
    {
        var end = IndexAfter(before);
        if (end > 0 && At(end - 1).Position == before) end--;
        var count = Math.Min(end, entries.Length);
        for (var next = 0; next < count; next++) entries[next] = At(end - count + next);
        return count;
    }

    private void Drop(LogEntry entry)
    {
        Array.Clear(_entries, _first, 1);
        _first = Slot(1);
        _count--;
        _bytes -= entry.SizeBytes;
        Dropped = entry.Position;
        _droppedId = entry.Id;
        _droppedPrivateTopics = PrivateTopics(entry);
        if (entry.IsPublic) (_droppedPublic, _droppedPublicId) = (entry.Position, entry.Id);
        if (_ownIds.Remove(entry.Id) && _repeats.TryGetValue(entry.Id, out var repeats)) Forget(entry.Id, repeats);
    }

    // Called after the first entry of the id was dropped: the second entry becomes the first.
    private void Forget(string id, List<LogPosition> repeats)
    {
        _ownIds.Add(id, repeats[0]);
        repeats.RemoveAt(0);
        if (repeats.Count == 0) _repeats.Remove(id);
    }

    private void Grow()
    {
        var entries = new LogEntry[_entries.Length * 2];
        for (var index = 0; index < _count; index++) entries[index] = At(index);
        _entries = entries;
        _first = 0;
    }

    private bool IsVisible(LogPosition position, Func<IReadOnlyList<string>, bool>? seesPrivate)
    {
        var topics = position == Dropped ? _droppedPrivateTopics : PrivateTopics(At(IndexAfter(position) - 1));
        return topics is null || seesPrivate?.Invoke(topics) == true;
    }

    private static IReadOnlyList<string>? PrivateTopics(LogEntry entry) => entry.IsPublic ? null : entry.Topics;

    // The mask works because the length of the array is a power of two.
    private int Slot(int index) => (_first + index) & (_entries.Length - 1);

    private LogEntry At(int index) => _entries[Slot(index)];

    // The index of the first entry after a position; the number of entries if there is none.
    private int IndexAfter(LogPosition position)
    {
        var low = 0;
        for (var high = _count; low < high;)
        {
            var middle = (low + high) / 2;
            if (At(middle).Position <= position) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
