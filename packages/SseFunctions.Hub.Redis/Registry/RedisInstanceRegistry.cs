using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Registry;

/// <summary>The registry of the instances that share a log, in the same Redis. The time is Redis' own, so that clocks
/// of instances do not matter.</summary>
internal sealed class RedisInstanceRegistry(RedisConnection connection, RedisKeys keys, RegistryTimes times)
    : IInstanceRegistry
{
    private const CommandFlags Here = CommandFlags.DemandMaster;
    private const long NotRegistered = -1;

    private readonly string _name = $"{Guid.NewGuid():N}";
    private readonly long _deadAfter = (long)times.DeadAfter.TotalMilliseconds;

    /// <inheritdoc/>
    public async Task<bool> JoinAsync(CancellationToken cancellationToken) =>
        await RunAsync(RedisRegistryScripts.Join, _name, [], cancellationToken) != 0;

    /// <inheritdoc/>
    public async Task<long?> RenewAsync(
        IReadOnlyCollection<KeyValuePair<string, string?>> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var arguments = new List<RedisValue>(changes.Count * 2);
        foreach (var (name, value) in changes)
        {
            arguments.Add(name);
            arguments.Add(value ?? "");
        }
        var held = await RunAsync(RedisRegistryScripts.Renew, _name, arguments, cancellationToken);
        return held == NotRegistered ? null : held;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(CancellationToken cancellationToken) =>
        RunAsync(RedisRegistryScripts.Leave, _name, [], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(CancellationToken cancellationToken)
    {
        var (now, instances) = await connection.AskAsync(
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                var time = RedisClock.AskAsync(multiplexer);
                var instances = database.SortedSetRangeByRankWithScoresAsync(keys.Instances, flags: Here);
                await Task.WhenAll(time, instances);
                return (await time, await instances);
            },
            cancellationToken);
        var oldest = RedisClock.Read(now) - _deadAfter;
        // Those that died are left out at once, cleared up after or not.
        var alive = instances.Where(instance => instance.Score >= oldest)
            .Select(instance => $"{instance.Element}").ToArray();
        if (!alive.Contains(_name)) throw new LogUnavailableException("This instance is not registered just now.");
        var held = await connection.AskAsync(
            multiplexer => Task.WhenAll(
                alive.Select(name => multiplexer.GetDatabase().HashGetAllAsync(keys.ValuesOf(name), Here))),
            cancellationToken);
        return [.. held.SelectMany(Pairs)];
    }

    /// <inheritdoc/>
    public async Task<DeadInstance?> ClaimAsync(CancellationToken cancellationToken)
    {
        var found = await connection.RunAsync(
            RedisRegistryScripts.Claim,
            [keys.Instances, keys.Leases],
            [_name, _deadAfter],
            cancellationToken);
        if ((string?)found is not { } dead) return null;
        var held = await connection.AskAsync(
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.ValuesOf(dead), Here), cancellationToken);
        return new DeadInstance(dead, [.. Pairs(held)]);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(
        DeadInstance dead, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        ArgumentNullException.ThrowIfNull(names);
        RedisValue[] arguments = [_name, _deadAfter, .. names.Select(name => (RedisValue)name)];
        return await RunAsync(RedisRegistryScripts.Remove, dead.Name, arguments, cancellationToken) > 0;
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(HashEntry[] entries) =>
        entries.Select(entry => KeyValuePair.Create($"{entry.Name}", $"{entry.Value}"));

    private async Task<long> RunAsync(
        string script, string instance, IEnumerable<RedisValue> arguments, CancellationToken cancellationToken) =>
        (long)await connection.RunAsync(
            script,
            [keys.Instances, keys.Leases, keys.ValuesOf(instance)],
            [instance, .. arguments],
            cancellationToken);
}
