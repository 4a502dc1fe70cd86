using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.TopicLogs;

/// <summary>This instance's copy of one topic log, for all its readers here. <see cref="OpenTopicLogs"/> creates it,
/// and lets it read on when the store signals a change and every 1.5 s. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is not used holds nothing.")]
internal sealed partial class TopicMirror(string topic, ITopicStore store, ILogger logger)
{
    // Events before the last snapshot are only for clients that return. If there are more than this, the oldest are
    // dropped, and a client that asks for them gets the snapshot.
    internal const int MaxReplayed = 2048;

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly List<TopicEvent> _events = [];
    private long _created;
    private long _last;
    private bool _isEnded;
    private string? _snapshot;
    private long _snapshotAt = -1;
    private bool _isGone;
    private bool _hasFailed;

    // Counts how often the events that were held here have turned out not to be those of the store.
    private int _generation;

    // Completes after the next read of the store, even one without news, and after the next append of this instance.
    // Null while nobody waits.
    private TaskCompletionSource? _bell;

    public string Topic => topic;

    /// <summary>How many handles are open. The lock of <see cref="OpenTopicLogs"/> guards it.</summary>
    public int Handles { get; set; }

    public DateTimeOffset Created => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _created));

    /// <summary>Gets a number that changes when the log is gone, was replaced by another, or has lost events that were
    /// held here. A reader that began before must not continue.</summary>
    public int Generation
    {
        get
        {
            lock (_gate) return _generation;
        }
    }

    public TopicView View()
    {
        lock (_gate)
        {
            var first = _last - _events.Count;
            var skip = (int)Math.Max(0, _snapshotAt - first);
            return new TopicView(_snapshot, _events[skip..], _events[^1].Id, _isEnded);
        }
    }

    /// <summary>Whether this instance holds the event with this id, and so all events after it.</summary>
    public bool Knows(string id)
    {
        if (TopicPosition.Parse(id) is not { } position) return false;
        lock (_gate)
        {
            var index = position.Number - (_last - _events.Count) - 1;
            return index >= 0 && index < _events.Count && _events[(int)index].Id == id;
        }
    }

    /// <summary>Whether the id is that of the final event.</summary>
    public bool IsFinal(string id)
    {
        lock (_gate) return _isEnded && _events[^1].Id == id;
    }

    /// <summary>Gets the events after a position.</summary>
    /// <param name="after">The position of the last event that the reader has.</param>
    /// <param name="generation">The value of <see cref="Generation"/> when the reader began.</param>
    /// <param name="isEnded">Whether no event will follow those that are returned.</param>
    /// <param name="bell">Completes when the reader should read again.</param>
    /// <exception cref="FellBehindException">The events after the position are no longer there, the log is gone, or the
    /// generation is another.</exception>
    public IReadOnlyList<TopicEvent> Read(TopicPosition after, int generation, out bool isEnded, out Task bell)
    {
        lock (_gate)
        {
            var first = _last - _events.Count;
            if (_isGone || generation != _generation || after.Created != _created || after.Number < first)
                throw new FellBehindException();
            isEnded = _isEnded;
            bell = (_bell ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return after.Number >= _last ? [] : _events[(int)(after.Number - first)..];
        }
    }

    /// <summary>Reads the events that this copy lacks from the store.</summary>
    /// <param name="upTo">Does nothing if the copy already has the event with this number. 0: always reads.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>False if the log is gone.</returns>
    public async Task<bool> ReadOnAsync(long upTo, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // A reader that waited for another reader may find that the other has read everything.
            if (upTo > 0 && Volatile.Read(ref _last) >= upTo) return true;
            TopicEvent? held;
            long after, snapshotAt;
            lock (_gate)
            {
                held = _events is [.., var newest] ? newest : null;
                // The last event is read again, to see whether the store still has it.
                (after, snapshotAt) = (Math.Max(0, _last - 1), _snapshotAt);
            }
            var page = await store.ReadAsync(topic, after, snapshotAt, cancellationToken);
            if (held is not null && page?.Events is [var first, ..] && first.Id == held.Id)
            {
                Add(page with { Events = [.. page.Events.Skip(1)] });
                return true;
            }
            // Nothing is held, or there is another log, or the store has lost events or no longer has the next ones.
            if (held is not null && page is not null) page = await store.ReadAsync(topic, 0, -1, cancellationToken);
            // A log has events from the beginning, and always keeps the last one.
            if (page is null or { Events: [] })
            {
                Vanish();
                return false;
            }
            Replace(page);
            return true;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Like <see cref="ReadOnAsync"/>, but if the store cannot be reached, logs this instead of throwing, once
    /// until a read succeeds. The next signal or the next regular read tries again.</summary>
    public async Task TryReadOnAsync(long upTo)
    {
        if (upTo > 0 && Volatile.Read(ref _last) >= upTo) return;
        try
        {
            await ReadOnAsync(upTo, CancellationToken.None);
            _hasFailed = false;
        }
        catch (HubUnavailableException exception)
        {
            if (!_hasFailed) LogNotRead(topic, exception.Message);
            _hasFailed = true;
        }
    }

    /// <summary>Adds events that this instance has appended to the store as the holder of the lease. Does nothing if
    /// this copy does not end at <paramref name="after"/>: a read of the store adds the events instead.</summary>
    public void Appended(string holder, long after, TopicAppend append)
    {
        lock (_gate)
        {
            if (_last != after) return;
            var number = after;
            TopicEvent[] events =
            [
                .. append.Messages.Select(message => new TopicEvent(
                    new TopicPosition(_created, ++number), holder, message.Type, message.Data)),
            ];
            Add(new TopicPage(
                _created, events, append.IsFinal, append.Snapshot is null ? _snapshotAt : number, append.Snapshot));
        }
    }

    private void Replace(TopicPage page)
    {
        lock (_gate)
        {
            _generation++;
            _events.Clear();
            _last = page.Events[0].Position.Number - 1;
            (_created, _snapshot, _snapshotAt, _isEnded, _isGone) = (page.Created, null, -1, false, false);
            Add(page);
        }
    }

    private void Vanish()
    {
        TaskCompletionSource? bell;
        lock (_gate)
        {
            if (_isGone) return;
            _isGone = true;
            _generation++;
            bell = _bell;
            _bell = null;
        }
        bell?.TrySetResult();
    }

    private void Add(TopicPage page)
    {
        TaskCompletionSource? bell;
        lock (_gate)
        {
            foreach (var next in page.Events)
            {
                // An event that this instance has appended may have been added while the page was read.
                if (next.Position.Number != _last + 1) continue;
                _events.Add(next);
                _last++;
            }
            if (page.Snapshot is not null && page.SnapshotAt > _snapshotAt)
                (_snapshot, _snapshotAt) = (page.Snapshot, page.SnapshotAt);
            _isEnded |= page.IsEnded;
            Trim();
            bell = _bell;
            _bell = null;
        }
        bell?.TrySetResult();
    }

    // The caller holds the lock. If there are more than MaxReplayed events before the snapshot, keeps only half of
    // MaxReplayed, so that the list is moved rarely and not at every event.
    private void Trim()
    {
        var beforeSnapshot = _snapshotAt - (_last - _events.Count);
        if (beforeSnapshot > MaxReplayed) _events.RemoveRange(0, (int)beforeSnapshot - (MaxReplayed / 2));
    }

    [LoggerMessage(190, LogLevel.Warning,
        "The topic log {Topic} cannot be read: trying again. Its streams stay open. {Reason}")]
    private partial void LogNotRead(string topic, string reason);
}
