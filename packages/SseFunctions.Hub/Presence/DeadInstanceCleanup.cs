using Microsoft.Extensions.Logging;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Presence;

/// <summary>Finds dead instances, announces that their subscribers have gone, and removes the instances from the
/// registry. Not thread-safe: for the loop of <see cref="SharedPresence"/>.</summary>
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

    /// <summary>Records that this instance was not registered, or could not renew its registration. Other instances may
    /// have had the same problem. So this instance treats no instance as dead until all have had
    /// <see cref="RegistryTimes.DeadAfter"/> to renew their registrations.</summary>
    public void Unsettle()
    {
        _settled = null;
        _isDue = false;
        // The claim may have expired, and another instance may hold it.
        _dead = null;
    }

    /// <summary>Records that this instance has renewed its registration. The next <see cref="ClearUpAsync"/> looks for
    /// instances that have not, if the registry has been reachable for <see cref="RegistryTimes.DeadAfter"/>.</summary>
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
            // The claim may have expired, and the instance may have registered again.
            _dead = null;
            _isDue = true;
            return true;
        }
        var (names, documents) = Some(_dead);
        await log.AnnounceAsync(documents, cancellationToken);
        var asked = time.GetTimestamp();
        var isOurs = await registry.RemoveAsync(_dead, names, cancellationToken);
        _claimedAt = asked;
        _next += names.Count;
        if (isOurs && _next < _dead.Values.Count) return true;
        _dead = null;
        // Several instances may have died at the same time.
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

    [LoggerMessage(160, LogLevel.Warning,
        "An instance has died: it has not renewed its registration in time. This instance announces that the {Count} "
        + "subscribers of the dead instance have gone")]
    private partial void LogDead(int count);
}
