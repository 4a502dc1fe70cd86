using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Finds out whether Redis accepts writes: from an append in the last 5 s or, without one, from a script that
/// leaves no data behind. Thread-safe.</summary>
internal sealed class WriteHealth(RedisConnection connection, LogKeys keys, TimeProvider time)
{
    // A result is used for this long, because several load balancers may check the health every few seconds.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // A health check must answer soon, and a late answer of Redis does not mean that Redis refuses writes.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private static readonly RedisScript Probe = RedisScript.Load(typeof(WriteHealth), "probe.lua");

    private readonly Lock _gate = new();
    private string? _refusal;
    private long? _knownAt;
    private Task _probing = Task.CompletedTask;

    /// <summary>Records that Redis has accepted a write.</summary>
    public void Succeeded() => Record(null);

    /// <summary>Records that a write failed. Failures other than a refusal by Redis are ignored.</summary>
    public void Failed(Exception exception)
    {
        if (CodeOf(exception) is { } code) Record(code);
    }

    /// <summary>Gets the code of the error with which Redis refuses writes, such as OOM, READONLY or NOPERM. Null if
    /// Redis accepts writes, or if this is unknown because Redis does not answer.</summary>
    public async Task<string?> RefusalAsync(CancellationToken cancellationToken)
    {
        Task probing;
        lock (_gate)
        {
            if (_knownAt is { } at && time.GetElapsedTime(at) < Fresh) return _refusal;
            if (_probing.IsCompleted) _probing = ProbeAsync();
            probing = _probing;
        }
        try
        {
            await probing.WaitAsync(LongestWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Answer with the last known result.
        }
        lock (_gate) return _refusal;
    }

    private async Task ProbeAsync()
    {
        // The caller holds the lock, and the connection may run continuations on this thread. Leave the lock first.
        await Task.Yield();
        try
        {
            await connection.RunAsync(Probe, [keys.Probe], [], CancellationToken.None);
            Succeeded();
        }
        catch (HubUnavailableException exception)
        {
            Failed(exception);
        }
    }

    private void Record(string? refusal)
    {
        lock (_gate) (_refusal, _knownAt) = (refusal, time.GetTimestamp());
    }

    // Returns only the first word of Redis' message: the rest may contain the names of keys and users.
    private static string? CodeOf(Exception exception) => exception.InnerException switch
    {
        RedisServerException refused => refused.Message.Split(' ', 2)[0],
        // The Redis client did not send the command, for example because it is connected only to a replica.
        RedisCommandException => "READONLY",
        _ => null,
    };
}
