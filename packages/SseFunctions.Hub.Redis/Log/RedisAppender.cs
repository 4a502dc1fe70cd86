using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Appends updates to the log in Redis. What is published while Redis is busy with the last ones goes to it
/// together, in one script: so it costs little, whoever publishes. Thread-safe.</summary>
internal sealed class RedisAppender(
    RedisConnection connection,
    RedisKeys keys,
    LogLimits limits,
    EntryStore held,
    RedisMirror mirror,
    RedisClock clock,
    RedisWrites writes)
{
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    // Of publishers that wait for a Redis that answers late. More are turned away, before they fill the memory.
    private const long MaxWaitingBytes = 64 * 1024 * 1024;

    // One is being worked on by Redis, the next is on its way there, the last one's answer on its way back.
    private const int MaxOnTheWay = 3;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly Queue<Task> _onTheWay = new();
    private long _waitingBytes;
    private bool _isSending;
    private Task _last = Task.CompletedTask;

    /// <summary>Appends; the place is known, and the entry in the log, when this returns.</summary>
    /// <exception cref="LogUnavailableException">Redis cannot be reached, or refuses.</exception>
    public Task<LogEntry> AppendAsync(PendingAppend append, CancellationToken cancellationToken)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_waitingBytes > MaxWaitingBytes)
                throw new LogUnavailableException("Too many updates wait for Redis. Nothing was stored.");
            _waiting.Enqueue(append);
            _waitingBytes += append.Stored.Length;
            isFirst = !_isSending;
            _isSending = true;
        }
        if (isFirst) _ = SendAllAsync();
        return append.Entry.WaitAsync(cancellationToken);
    }

    // One at a time does this, so that Redis gets the batches, and we its answers, in one order.
    private async Task SendAllAsync()
    {
        while (true)
        {
            if (_onTheWay.Count == MaxOnTheWay) await _onTheWay.Dequeue();
            var batch = Take();
            if (batch.Count == 0) return;
            _last = FinishAsync(batch, RunAsync(batch), _last);
            _onTheWay.Enqueue(_last);
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
                    append.Fail(new LogUnavailableException("Redis is too slow. Nothing was stored."));
                    continue;
                }
                batch.Add(append);
                bytes += append.Stored.Length;
            }
            if (batch.Count == 0) _isSending = false;
        }
        return batch;
    }

    private async Task FinishAsync(List<PendingAppend> batch, Task<RedisResult[]> asked, Task before)
    {
        try
        {
            var answer = await asked;
            // Its clock was set forward, or it was silent for long. Now it has told the time: once more.
            if (answer.Length == 1) answer = await RunAsync(batch);
            if (answer.Length == 1) throw new LogUnavailableException("Redis was too late.");
            writes.Succeeded();
            await before;
            Succeed(batch, answer);
        }
        catch (Exception exception)
        {
            writes.Failed(exception);
            // Whoever waits has to know, whatever it is.
            foreach (var append in batch) append.Fail(exception);
            // It may be in the log all the same, and our own bell is not listened to.
            _ = mirror.ReadOnAsync();
        }
    }

    private void Succeed(List<PendingAppend> batch, RedisResult[] answer)
    {
        var previous = RedisPlace.Read((string?)answer[1]);
        var next = RedisPlace.Read((string?)answer[2]);
        var added = new List<LinkedEntry>(batch.Count);
        var entries = new LogEntry[batch.Count];
        for (var told = RedisScripts.AppendAnswers; told < answer.Length; told += 2)
        {
            var number = (int)answer[told];
            entries[number] = batch[number].At(RedisPlace.Read((string?)answer[told + 1]));
        }
        for (var number = 0; number < batch.Count; number++)
        {
            if (entries[number] is not null) continue;
            var entry = entries[number] = batch[number].At(next);
            added.Add(new LinkedEntry(previous, entry));
            previous = next;
            next = next with { Sequence = next.Sequence + 1 };
        }
        // Nothing has to be read if nobody else has appended meanwhile.
        held.Add([.. added]);
        if (added.Count > 0) mirror.Expect(previous);
        for (var number = 0; number < batch.Count; number++) batch[number].Succeed(entries[number]);
    }

    private async Task<RedisResult[]> RunAsync(List<PendingAppend> batch)
    {
        var floor = held.Highest;
        // After this time we have told the publishers that it failed; if Redis was only stopped, it must not do it
        // then.
        var latest = (clock.Now ?? await AskTimeAsync()) + (long)connection.Timeout.TotalMilliseconds;
        var arguments = new List<RedisValue>(RedisScripts.AppendArguments + (batch.Count * 2))
        {
            keys.Bell.ToString(),
            latest,
            limits.MaxCount,
            limits.MaxBytes,
            (long)limits.MaxAge.TotalMilliseconds,
            floor.Milliseconds,
            floor.Sequence,
            mirror.Name,
        };
        foreach (var append in batch)
        {
            arguments.Add(append.OwnId);
            arguments.Add(append.Stored);
        }
        var answer = await connection.RunAsync(RedisScripts.Append, keys.All, [.. arguments], CancellationToken.None);
        var parts = (RedisResult[]?)answer ?? [];
        if (parts.Length != 1 && parts.Length < RedisScripts.AppendAnswers)
            throw new LogUnavailableException("Redis gave an answer that makes no sense.");
        clock.SetTime((long)parts[0]);
        return parts;
    }

    private async Task<long> AskTimeAsync() =>
        RedisClock.Read(await connection.AskAsync(RedisClock.AskAsync, CancellationToken.None));
}
