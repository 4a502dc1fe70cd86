using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Appends updates to the shared log in Redis. Updates that are published while Redis is busy go to Redis
/// together, in one call of the script, so that many publishers cost little more than one. Thread-safe: a lock guards
/// the waiting updates, and one caller at a time sends.</summary>
internal sealed class RedisAppender(
    AppendScript script,
    RedisConnection connection,
    EntryStore held,
    RedisMirror mirror,
    RedisClock clock,
    WriteHealth health,
    TimeProvider time)
{
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    // The updates that may wait for a slow Redis. More updates are refused, so that they do not fill the memory.
    private const long MaxWaitingBytes = 64 * 1024 * 1024;

    // Batches that are sent and not answered yet: one on its way to Redis, one in execution, and one whose answer is on
    // its way back.
    private const int MaxInFlight = 3;

    // How often an append is tried while the server is closed.
    private static readonly TimeSpan ClosedDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly Queue<Task> _inFlight = new();
    private long _waitingBytes;
    private bool _isSending;
    private Task _last = Task.CompletedTask;

    /// <summary>Appends an update. When this returns, Redis has stored it.</summary>
    /// <exception cref="HubUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task<LogEntry> AppendAsync(PendingAppend append, CancellationToken cancellationToken)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_waitingBytes > MaxWaitingBytes)
                throw new HubUnavailableException("Too many updates wait for Redis. Nothing was stored: try again.");
            _waiting.Enqueue(append);
            _waitingBytes += append.Stored.Length;
            isFirst = !_isSending;
            _isSending = true;
        }
        if (isFirst) _ = SendAllAsync();
        return append.Entry.WaitAsync(cancellationToken);
    }

    // Only one caller at a time runs this, so that batches reach Redis, and answers are handled, in the same order.
    private async Task SendAllAsync()
    {
        while (true)
        {
            if (_inFlight.Count == MaxInFlight) await _inFlight.Dequeue();
            var batch = Take();
            if (batch.Count == 0) return;
            _last = FinishAsync(batch, RunAsync(batch), _last);
            _inFlight.Enqueue(_last);
        }
    }

    private List<PendingAppend> Take()
    {
        var batch = new List<PendingAppend>();
        var bytes = 0;
        lock (_gate)
        {
            while (batch.Count < MaxBatch && bytes < MaxBatchBytes && _waiting.TryDequeue(out var append))
            {
                _waitingBytes -= append.Stored.Length;
                if (append.IsAbandoned) continue;
                if (append.Age > connection.Timeout)
                {
                    append.Fail(new HubUnavailableException("Redis is too slow. Nothing was stored: try again."));
                    continue;
                }
                batch.Add(append);
                bytes += append.Stored.Length;
            }
            if (batch.Count == 0) _isSending = false;
        }
        return batch;
    }

    private async Task FinishAsync(List<PendingAppend> batch, Task<AppendResult> running, Task previousBatch)
    {
        try
        {
            var result = await running;
            while (result.Refusal is { } refusal)
            {
                // Batches that were refused together go to Redis again in the same order.
                await previousBatch;
                if (!HasWaitedTooLong(batch)) await PrepareAsync(refusal);
                if (HasWaitedTooLong(batch)) throw new HubUnavailableException(Explain(refusal));
                batch.RemoveAll(append => append.IsAbandoned);
                if (batch.Count == 0) return;
                result = await RunAsync(batch);
            }
            health.Succeeded();
            await previousBatch;
            // If no other instance has appended in between, the new entries follow the mirror's last entry, and the
            // mirror need not read.
            held.Add(result.Added);
            if (result.Added is [.., var last]) mirror.Expect(last.Entry.Position);
            for (var index = 0; index < batch.Count; index++) batch[index].Succeed(result.Entries[index]);
        }
        catch (Exception exception)
        {
            health.Failed(exception);
            // Catch everything: the publishers wait for an answer.
            foreach (var append in batch) append.Fail(exception);
            // The updates may be in the log although the answer was lost. The mirror ignores this instance's own bell,
            // so request a read.
            _ = mirror.ReadOnAsync();
        }
    }

    // The first update of a batch has waited longest.
    private bool HasWaitedTooLong(List<PendingAppend> batch) => batch[0].Age > connection.Timeout;

    // Does what the next attempt needs. If the script ran late, Redis' clock was set forward, or our estimate of it was
    // old, and the result has corrected the estimate.
    private async Task PrepareAsync(AppendRefusal refusal)
    {
        // The mirror restores the lost entries, or continues after them.
        if (refusal is AppendRefusal.Loss) await mirror.ReadOnAsync().WaitAsync(connection.Timeout, time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (refusal is AppendRefusal.Closed) await Task.Delay(ClosedDelay, time);
    }

    private static string Explain(AppendRefusal refusal) => refusal switch
    {
        AppendRefusal.Late => "Redis ran the append too late. Nothing was stored: try again.",
        AppendRefusal.Loss => "Redis has lost updates. Nothing was stored: try again.",
        _ => "Redis was restarted or replaced, and updates that it lost may still come back. Nothing was stored: try "
            + "again.",
    };

    private async Task<AppendResult> RunAsync(List<PendingAppend> batch)
    {
        var seen = held.Highest;
        // After this time the publishers have been told that the append failed. A Redis that was stopped and continues
        // must not append their updates then.
        var latest = (clock.Now ?? await QueryTimeAsync()) + (long)connection.Timeout.TotalMilliseconds;
        var result = await script.RunAsync(batch, seen, latest);
        clock.Set(result.Time);
        return result;
    }

    private async Task<long> QueryTimeAsync() =>
        RedisClock.Parse(await connection.QueryAsync(RedisClock.QueryAsync, CancellationToken.None));
}
