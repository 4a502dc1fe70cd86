using System.Runtime.CompilerServices;

namespace SseFunctions.Hub.EventLogs;

/// <summary>The entries of a log that this process holds in memory, and the readers and followers that wait for more
/// entries. Thread-safe.</summary>
internal sealed class EntryStore(LogRing ring, TimeProvider time)
{
    private const int MaxBatch = 256;

    private readonly Lock _gate = new();
    private readonly List<Follower> _followers = [];
    private LogRing _ring = ring;
    private LogPosition _highest;

    // Completes at the next change of the entries. Null while nothing waits for one.
    private TaskCompletionSource? _bell;

    /// <inheritdoc cref="IEventLog.Start"/>
    public LogPosition Start
    {
        get
        {
            lock (_gate)
            {
                Trim();
                return _ring.Dropped;
            }
        }
    }

    /// <inheritdoc cref="IEventLog.Tail"/>
    public LogPosition Tail
    {
        get
        {
            lock (_gate) return _ring.Tail;
        }
    }

    /// <inheritdoc cref="IEventLog.FindEnd"/>
    public LogEnd End
    {
        get
        {
            lock (_gate) return new LogEnd(_ring.Tail, _ring.LastPublic);
        }
    }

    /// <inheritdoc cref="IEventLog.LastId"/>
    public string? LastId
    {
        get
        {
            lock (_gate) return _ring.LastId;
        }
    }

    /// <inheritdoc cref="IEventLog.Size"/>
    public LogSize Size
    {
        get
        {
            lock (_gate)
            {
                Trim();
                return _ring.Size;
            }
        }
    }

    /// <summary>The highest position of all entries that have been in this store, including entries that were replaced.
    /// </summary>
    public LogPosition Highest
    {
        get
        {
            lock (_gate) return _highest;
        }
    }

    /// <summary>Appends an update, at a position that is made from the clock. If the last entry with the update's own
    /// id has the same contents, appends nothing and returns that entry.</summary>
    public LogEntry Append(Update update)
    {
        LogEntry entry;
        TaskCompletionSource? bell;
        lock (_gate)
        {
            Trim();
            entry = new LogEntry(_ring.Tail.Next(time.GetUtcNow()), update, time.GetTimestamp());
            if (_ring.LastOfOwnId(entry.Id) is { } held && held.SaysTheSameAs(entry)) return held;
            Add(entry);
            bell = TakeBell();
        }
        bell?.TrySetResult();
        return entry;
    }

    /// <summary>Adds entries of the shared log, as long as each one directly follows the last entry of this store.
    /// Skips entries that this store already has.</summary>
    /// <returns>How many of the entries this store has now: all of them, or those before the first one that does not
    /// directly follow.</returns>
    public int Add(ReadOnlySpan<LinkedEntry> entries)
    {
        var count = 0;
        TaskCompletionSource? bell;
        lock (_gate)
        {
            for (; count < entries.Length; count++)
            {
                var (previous, entry) = entries[count];
                if (entry.Position <= _ring.Tail) continue;
                if (previous != _ring.Tail) break;
                Add(entry);
            }
            bell = TakeBell();
        }
        bell?.TrySetResult();
        return count;
    }

    /// <summary>Replaces all entries. A reader whose position is not in the new entries gets a
    /// <see cref="LogGapException"/>.</summary>
    public void Replace(LogRing ring)
    {
        TaskCompletionSource? bell;
        lock (_gate)
        {
            _ring = ring;
            if (ring.Tail > _highest) _highest = ring.Tail;
            bell = TakeBell();
        }
        bell?.TrySetResult();
    }

    /// <summary>Finds the position of an event id; null if this store does not know the id.</summary>
    public LogPosition? Find(string id)
    {
        lock (_gate)
        {
            Trim();
            return _ring.Find(id);
        }
    }

    /// <summary>Finds the position of an event id for a reader that may not see every entry; null if the id is unknown
    /// to that reader.</summary>
    public LogPosition? FindVisible(string id, Func<IReadOnlyList<string>, bool>? seesPrivate)
    {
        lock (_gate)
        {
            Trim();
            return _ring.FindVisible(id, seesPrivate);
        }
    }

    /// <inheritdoc cref="IEventLog.Read"/>
    public int Read(LogPosition after, Span<LogEntry> entries)
    {
        lock (_gate)
        {
            Trim();
            return _ring.Read(after, entries);
        }
    }

    /// <inheritdoc cref="IEventLog.ReadBack"/>
    public int ReadBack(LogPosition before, Span<LogEntry> entries)
    {
        lock (_gate) return _ring.ReadBack(before, entries);
    }

    /// <inheritdoc cref="IEventLog.FollowAsync"/>
    public async IAsyncEnumerable<ReadOnlyMemory<LogEntry>> FollowAsync(
        LogPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new LogEntry[MaxBatch];
        var follower = new Follower { Position = after };
        lock (_gate) _followers.Add(follower);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Take(follower, batch, out var bell);
                if (count == 0)
                {
                    await bell.WaitAsync(cancellationToken);
                    continue;
                }
                yield return batch.AsMemory(0, count);
                // Otherwise the array would keep these entries in memory after the log has dropped them.
                Array.Clear(batch, 0, count);
            }
        }
        finally
        {
            lock (_gate) _followers.Remove(follower);
        }
    }

    /// <summary>Waits until the last entry is at this position or after it.</summary>
    public async Task ReachAsync(LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task bell;
            lock (_gate)
            {
                if (_ring.Tail >= position) return;
                bell = Bell();
            }
            await bell.WaitAsync(cancellationToken);
        }
    }

    private int Take(Follower follower, LogEntry[] batch, out Task bell)
    {
        lock (_gate)
        {
            var count = _ring.Read(follower.Position, batch);
            if (count > 0) follower.Position = batch[count - 1].Position;
            // Read under the same lock as the entries, so that every later append completes this task.
            bell = count > 0 ? Task.CompletedTask : Bell();
            return count;
        }
    }

    private void Add(LogEntry entry)
    {
        _ring.Add(entry);
        if (entry.Position > _highest) _highest = entry.Position;
        Trim();
    }

    private Task Bell() =>
        (_bell ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private TaskCompletionSource? TakeBell()
    {
        var bell = _bell;
        _bell = null;
        return bell;
    }

    // Keeps the entries that a follower has not taken yet.
    private void Trim()
    {
        var upTo = _ring.Tail;
        foreach (var follower in _followers)
        {
            if (follower.Position < upTo) upTo = follower.Position;
        }
        _ring.Trim(time.GetUtcNow(), upTo);
    }

    private sealed class Follower
    {
        public LogPosition Position { get; set; }
    }
}
