using SseFunctions.Hub.EventLogs;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>An update on its way into the log, with the publisher that waits for the result.</summary>
internal sealed class PendingAppend
{
    private readonly TaskCompletionSource<LogEntry> _entry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Update _update;
    private readonly TimeProvider _time;
    private readonly long _timestamp;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Encodes an update. The caller has checked the update's id.</summary>
    /// <exception cref="ArgumentException">The type contains CR, LF or NUL.</exception>
    public PendingAppend(Update update, TimeProvider time, CancellationToken cancellationToken)
    {
        // Check the event now: ToEntry creates it when the update is already in Redis, and must not fail then.
        ServerSentEvent.Check(update.Type, update.Id, update.Retry);
        _update = update;
        _time = time;
        _timestamp = time.GetTimestamp();
        _cancellationToken = cancellationToken;
        Stored = StoredUpdate.Write(update);
    }

    /// <summary>The update as Redis stores it.</summary>
    public byte[] Stored { get; }

    /// <summary>The publisher's own id, or an empty string.</summary>
    public string OwnId => _update.Id ?? "";

    /// <summary>Completes when the update is in the log, or fails.</summary>
    public Task<LogEntry> Entry => _entry.Task;

    /// <summary>How long the publisher has waited.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_timestamp);

    /// <summary>Whether the publisher no longer waits.</summary>
    public bool IsAbandoned => _cancellationToken.IsCancellationRequested;

    public LogEntry ToEntry(LogPosition position) => new(position, _update, _timestamp);

    /// <summary>Tells the publisher that the update is in the log.</summary>
    public void Succeed(LogEntry entry) => _entry.TrySetResult(entry);

    /// <summary>Tells the publisher that the append failed. The update may be in the log nevertheless, if only the
    /// answer of Redis was lost.</summary>
    public void Fail(Exception exception)
    {
        _entry.TrySetException(exception);
        // Observe the exception: the publisher may no longer wait.
        _ = _entry.Task.Exception;
    }
}
