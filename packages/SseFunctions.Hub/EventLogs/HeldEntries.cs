using System.Runtime.CompilerServices;

namespace SseFunctions.Hub.EventLogs;

/// <summary>What a log holds in the memory of this process, for its readers and followers. Thread-safe.</summary>
internal sealed class HeldEntries(LogRing ring, TimeProvider time)
{
    private const int MaxBatch = 256;

    private readonly Lock _gate = new();
    private readonly List<Follower> _followers = [];
    private LogRing _ring = ring;
    private LogPosition _highest;
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

    /// <summary>The last of all places that there ever were here, replaced ones included.</summary>
    public LogPosition Highest
    {
        get
        {
            lock (_gate) return _highest;
        }
    }

    /// <summary>Appends an update at a place of the clock's, or finds the entry that says the same.</summary>
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

    /// <summary>Adds entries that come from elsewhere, as far as each comes right after the last one here. Those that
    /// are here already are passed over.</summary>
    /// <returns>How many are here now: all, or those before the first that does not follow.</returns>
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

    /// <summary>Holds other entries from now on. Whoever reads on from a place that is none of theirs is
    /// told.</summary>
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

    /// <summary>Finds the place of an id.</summary>
    public LogPosition? Find(string id)
    {
        lock (_gate)
        {
            Trim();
            return _ring.Find(id);
        }
    }

    /// <summary>Finds the place of an id for a reader that may not see everything.</summary>
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
        var follower = new Follower { Place = after };
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
                // Or it would hold them until as many come at once again, long after the log has dropped them.
                Array.Clear(batch, 0, count);
            }
        }
        finally
        {
            lock (_gate) _followers.Remove(follower);
        }
    }

    /// <summary>Waits until the last entry is at this place or behind it.</summary>
    public async Task ReachAsync(LogPosition place, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task bell;
            lock (_gate)
            {
                if (_ring.Tail >= place) return;
                bell = Bell();
            }
            await bell.WaitAsync(cancellationToken);
        }
    }

    private int Take(Follower follower, LogEntry[] batch, out Task bell)
    {
        lock (_gate)
        {
            var count = _ring.Read(follower.Place, batch);
            if (count > 0) follower.Place = batch[count - 1].Position;
            // Taken under the same lock as the entries: what is appended from here on rings it.
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

    private void Trim()
    {
        var upTo = _ring.Tail;
        foreach (var follower in _followers)
        {
            if (follower.Place < upTo) upTo = follower.Place;
        }
        _ring.Trim(time.GetUtcNow(), upTo);
    }

    private sealed class Follower
    {
        public LogPosition Place { get; set; }
    }
}
