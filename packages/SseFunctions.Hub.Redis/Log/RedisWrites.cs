using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Whether Redis takes what is written: the result of the last append tells, and where that is old, or there
/// was none, a script that leaves nothing behind. Thread-safe.</summary>
internal sealed class RedisWrites(RedisConnection connection, RedisKeys keys, TimeProvider time)
{
    // Health is asked for every few seconds, by several load balancers at once.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // A Redis that answers late says nothing about writes. Whoever asks for the health does not wait for it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private string? _refusal;
    private long? _knownAt;
    private Task _probe = Task.CompletedTask;

    /// <summary>Redis has taken an append.</summary>
    public void Succeeded() => Know(null);

    /// <summary>An append has failed. It counts only if Redis itself has refused it.</summary>
    public void Failed(Exception exception)
    {
        if (CodeOf(exception) is { } code) Know(code);
    }

    /// <summary>The code of the error with which Redis refuses writes, such as OOM, READONLY or NOPERM; null if it
    /// takes them, or if it is not known because Redis does not answer.</summary>
    public async Task<string?> RefusalAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource? started = null;
        Task probe;
        lock (_gate)
        {
            if (_knownAt is { } at && time.GetElapsedTime(at) < Fresh) return _refusal;
            if (_probe.IsCompleted)
            {
                started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _probe = started.Task;
            }
            probe = _probe;
        }
        // Outside of the lock: it sends, and the connection may call back.
        if (started is not null) _ = ProbeAsync(started);
        try
        {
            await probe.WaitAsync(LongestWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What was known before is the best that is known.
        }
        lock (_gate) return _refusal;
    }

    private async Task ProbeAsync(TaskCompletionSource done)
    {
        try
        {
            await connection.RunAsync(RedisScripts.Probe, [keys.Probe], [], CancellationToken.None);
            Succeeded();
        }
        catch (LogUnavailableException exception)
        {
            Failed(exception);
        }
        finally
        {
            done.SetResult();
        }
    }

    private void Know(string? refusal)
    {
        lock (_gate) (_refusal, _knownAt) = (refusal, time.GetTimestamp());
    }

    // The first word of Redis' answer. The rest may name keys and users.
    private static string? CodeOf(Exception exception) => exception.InnerException switch
    {
        RedisServerException refused => refused.Message.Split(' ', 2)[0],
        // The client knows that it would be refused: what it is connected to is a replica, say.
        RedisCommandException => "READONLY",
        _ => null,
    };
}
