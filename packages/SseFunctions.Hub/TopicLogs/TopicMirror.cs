using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.TopicLogs;

/// <summary>The events of one topic log that this instance holds, for all its readers. Reads on when the store says
/// that the log has changed. Thread-safe.</summary>
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
    private bool _hasFailed;

    // Completes at the next change. Null while nothing waits for it.
    private TaskCompletionSource? _bell;

    /// <summary>The topic.</summary>
    public string Topic => topic;

    /// <summary>How many handles are open. The lock of <see cref="OpenTopicLogs"/> guards it.</summary>
    public int Handles { get; set; }

    /// <summary>When the log was created.</summary>
    public DateTimeOffset Created => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _created));

    /// <summary>Gets the state at this moment.</summary>
    public TopicView View()
    {
        lock (_gate)
        {
            var first = _last - _events.Count;
            var skip = (int)Math.Max(0, _snapshotAt - first);
            return new TopicView(
                _snapshot, _events[skip..], new TopicPosition(_created, _last).ToString(), _isEnded);
        }
    }

    /// <summary>Whether this instance holds all events after the event with this id.</summary>
    public bool Knows(string id)
    {
        if (TopicPosition.Parse(id) is not { } position) return false;
        lock (_gate)
        {
            return position.Created == _created && position.Number <= _last
                && position.Number >= _last - _events.Count;
        }
    }

    /// <summary>Whether the id is that of the final event.</summary>
    public bool IsFinal(string id)
    {
        lock (_gate) return _isEnded && TopicPosition.Parse(id) == new TopicPosition(_created, _last);
    }

    /// <summary>Gets the events after a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="isEnded">Whether the log has ended, and these are its last events.</param>
    /// <param name="bell">Completes when there is more.</param>
    /// <exception cref="FellBehindException">The events after the position are no longer there.</exception>
    public IReadOnlyList<TopicEvent> Read(TopicPosition after, out bool isEnded, out Task bell)
    {
        lock (_gate)
        {
            var first = _last - _events.Count;
            if (after.Created != _created || after.Number < first) throw new FellBehindException();
            isEnded = _isEnded;
            bell = (_bell ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return after.Number >= _last ? [] : _events[(int)(after.Number - first)..];
        }
    }

    /// <summary>Reads from the store what this instance does not have, until it has the event with this
    /// number.</summary>
    /// <returns>False if the log is gone.</returns>
    public async Task<bool> ReadOnAsync(long upTo, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // A reader that waited for another reader may find that the other has read everything.
            if (upTo > 0 && Volatile.Read(ref _last) >= upTo) return true;
            long last, snapshotAt;
            lock (_gate) (last, snapshotAt) = (_last, _snapshotAt);
            var page = await store.ReadAsync(topic, last, snapshotAt, cancellationToken);
            if (page is null) return false;
            if (page.Created != _created || (page.Events is [var first, ..] && first.Position.Number != last + 1))
            {
                // Another log with the same topic, or events that are missing: what is held here cannot be continued.
                if (last > 0) page = await store.ReadAsync(topic, 0, -1, cancellationToken);
                if (page is null) return false;
                lock (_gate) _events.Clear();
            }
            Add(page);
            return true;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads on, without an exception if that fails: the next signal or the next regular read tries again.
    /// </summary>
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

    /// <summary>Adds events that this instance has appended itself.</summary>
    public void Appended(long after, TopicAppend append)
    {
        lock (_gate)
        {
            if (_last != after) return;
            var number = after;
            TopicEvent[] events =
            [
                .. append.Messages.Select(message => new TopicEvent(
                    new TopicPosition(_created, ++number), message.Type, message.Data)),
            ];
            Add(new TopicPage(
                _created, events, append.IsFinal, append.Snapshot is null ? _snapshotAt : number, append.Snapshot));
        }
    }

    private void Add(TopicPage page)
    {
        TaskCompletionSource? bell;
        lock (_gate)
        {
            if (page.Created != _created) (_created, _last, _snapshot, _snapshotAt) = (page.Created, 0, null, -1);
            if (_events.Count == 0 && page.Events is [var first, ..]) _last = first.Position.Number - 1;
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

    // The caller has the lock. Drops half at once, so that not every event moves the whole list.
    private void Trim()
    {
        var beforeSnapshot = _snapshotAt - (_last - _events.Count);
        if (beforeSnapshot > MaxReplayed) _events.RemoveRange(0, (int)beforeSnapshot - (MaxReplayed / 2));
    }

    [LoggerMessage(190, LogLevel.Warning,
        "The topic log {Topic} cannot be read: trying again. Its streams stay open. {Reason}")]
    private partial void LogNotRead(string topic, string reason);
}
