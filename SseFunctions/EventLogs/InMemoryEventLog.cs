using System.Runtime.CompilerServices;

namespace SseFunctions.EventLogs;

/// <summary>A log in the memory of this process: for one instance. A restart empties it; ids do not start anew, since
/// they are made of the time.</summary>
public sealed class InMemoryEventLog : IEventLog
{
    private const int MaxBatch = 256;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly LogRing _ring;
    private readonly List<Follower> _followers = [];
    private TaskCompletionSource? _bell;

    /// <summary>Makes an empty log.</summary>
    public InMemoryEventLog(LogLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxCount, 1, nameof(limits));
        _time = time;
        _ring = new LogRing(limits);
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public LogPosition Tail
    {
        get
        {
            lock (_gate) return _ring.Tail;
        }
    }

    /// <inheritdoc/>
    public string? LastId
    {
        get
        {
            lock (_gate) return _ring.LastId;
        }
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public ValueTask<LogEntry> AppendAsync(Update update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        update.CheckId();
        cancellationToken.ThrowIfCancellationRequested();
        LogEntry entry;
        TaskCompletionSource? bell;
        lock (_gate)
        {
            Trim();
            entry = new LogEntry(_ring.Tail.Next(_time.GetUtcNow()), update, _time.GetTimestamp());
            if (_ring.LastOfOwnId(entry.Id) is { } held && held.SaysTheSameAs(entry)) return ValueTask.FromResult(held);
            _ring.Add(entry);
            Trim();
            bell = _bell;
            _bell = null;
        }
        bell?.TrySetResult();
        return ValueTask.FromResult(entry);
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition?> FindAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_gate)
        {
            Trim();
            return ValueTask.FromResult(_ring.Find(id));
        }
    }

    /// <inheritdoc/>
    public int Read(LogPosition after, Span<LogEntry> entries)
    {
        lock (_gate)
        {
            Trim();
            return _ring.Read(after, entries);
        }
    }

    /// <inheritdoc/>
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

    private int Take(Follower follower, LogEntry[] batch, out Task bell)
    {
        lock (_gate)
        {
            var count = _ring.Read(follower.Place, batch);
            if (count > 0) follower.Place = batch[count - 1].Position;
            // Taken under the same lock as the entries: what is appended from here on rings it.
            bell = count > 0
                ? Task.CompletedTask
                : (_bell ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return count;
        }
    }

    private void Trim()
    {
        var upTo = _ring.Tail;
        foreach (var follower in _followers)
        {
            if (follower.Place < upTo) upTo = follower.Place;
        }
        _ring.Trim(_time.GetUtcNow(), upTo);
    }

    private sealed class Follower
    {
        public LogPosition Place { get; set; }
    }
}
