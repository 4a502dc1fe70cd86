using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>Finds instances that died, announces that their subscribers have gone, and removes them from the registry.
/// Not thread-safe.</summary>
internal sealed partial class DeadInstanceCleanup(
    IEventLog log, IInstanceRegistry registry, RegistryTimes times, TimeProvider time, ILogger logger)
{
    private const int MaxSubscribersAtOnce = 256;
    private const int MaxTopicsAtOnce = 1024;

    private readonly ILogger _logger = logger;
    private DeadInstance? _dead;
    private int _next;
    private long _claimedAt;
    private bool _isDue;
    private long? _settled;
    private long _looked;

    /// <summary>Notes that this instance was not registered, or could not renew its registration. Other instances may
    /// have had the same problem, so none counts as dead until all have had the time to renew theirs.</summary>
    public void Unsettle()
    {
        _settled = null;
        _isDue = false;
        // Another instance may hold the claim by now.
        _dead = null;
    }

    /// <summary>Notes that this instance has renewed its registration. The next <see cref="ClearUpAsync"/> looks for
    /// instances that have not, if the registry has been reachable for long enough.</summary>
    public void Look()
    {
        var isLate = time.GetElapsedTime(_looked) > times.RenewEvery * 2;
        _looked = time.GetTimestamp();
        if (_settled is null || isLate) _settled = _looked;
        _isDue = time.GetElapsedTime(_settled.Value, _looked) >= times.DeadAfter;
    }

    /// <summary>Clears up a part of one dead instance, so that the caller can do other work in between.</summary>
    /// <returns>Whether there may be more to clear up.</returns>
    public async Task<bool> ClearUpAsync(CancellationToken cancellationToken)
    {
        if (_dead is null)
        {
            if (!_isDue) return false;
            _isDue = false;
            _claimedAt = time.GetTimestamp();
            _dead = await registry.ClaimAsync(cancellationToken);
            if (_dead is null) return false;
            _next = 0;
            LogDead(_dead.Values.Count);
        }
        if (time.GetElapsedTime(_claimedAt) >= times.DeadAfter)
        {
            // The claim may have expired by now, and the instance may be back.
            _dead = null;
            _isDue = true;
            return true;
        }
        var (names, documents) = Some(_dead);
        await log.TellAsync(documents, cancellationToken);
        var asked = time.GetTimestamp();
        var isOurs = await registry.RemoveAsync(_dead, names, cancellationToken);
        _claimedAt = asked;
        _next += names.Count;
        if (isOurs && _next < _dead.Values.Count) return true;
        _dead = null;
        // Several may have died at once.
        _isDue = true;
        return true;
    }

    private (List<string> Names, List<SubscriptionDocument> Documents) Some(DeadInstance dead)
    {
        var (names, documents) = (new List<string>(), new List<SubscriptionDocument>());
        foreach (var (id, value) in dead.Values.Skip(_next).Take(MaxSubscribersAtOnce))
        {
            if (documents.Count >= MaxTopicsAtOnce) break;
            names.Add(id);
            if (StoredSubscriber.Read(value) is { } stored) documents.AddRange(stored.Documents(id, isActive: false));
        }
        return (names, documents);
    }

    [LoggerMessage(11, LogLevel.Warning,
        "An instance has died. This instance announces that the {Count} subscribers of the dead one have gone")]
    private partial void LogDead(int count);
}
