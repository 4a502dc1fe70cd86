using SseFunctions.Hub.EventLogs;
using SseFunctions.Streaming;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>An update on its way into the log.</summary>
internal sealed class PendingAppend
{
    private readonly TaskCompletionSource<LogEntry> _entry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Update _update;
    private readonly TimeProvider _time;
    private readonly long _timestamp;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Takes an update that is fit for a log.</summary>
    /// <exception cref="ArgumentException">The type holds CR, LF or NUL.</exception>
    public PendingAppend(Update update, TimeProvider time, CancellationToken cancellationToken)
    {
        // Its entry is made when its place is known, and must not fail then.
        ServerSentEvent.Check(update.Type, update.Id, update.Retry);
        _update = update;
        _time = time;
        _timestamp = time.GetTimestamp();
        _cancellationToken = cancellationToken;
        Stored = StoredUpdate.Write(update);
    }

    /// <summary>As it lies in Redis.</summary>
    public byte[] Stored { get; }

    /// <summary>The publisher's own id, or nothing.</summary>
    public string OwnId => _update.Id ?? "";

    /// <summary>Completes with the entry, or fails.</summary>
    public Task<LogEntry> Entry => _entry.Task;

    /// <summary>How long it has waited.</summary>
    public TimeSpan Age => _time.GetElapsedTime(_timestamp);

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsAbandoned => _cancellationToken.IsCancellationRequested;

    /// <summary>Its entry at a place.</summary>
    public LogEntry At(LogPosition place) => new(place, _update, _timestamp);

    /// <summary>It is in the log.</summary>
    public void Succeed(LogEntry entry) => _entry.TrySetResult(entry);

    /// <summary>It is not, as far as anybody knows.</summary>
    public void Fail(Exception exception)
    {
        _entry.TrySetException(exception);
        // Looked at, even if its publisher does not wait any more.
        _ = _entry.Task.Exception;
    }
}
