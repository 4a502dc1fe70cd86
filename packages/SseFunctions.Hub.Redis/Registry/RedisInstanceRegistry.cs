using SseFunctions.Hub.Presence;
using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Registry;

/// <summary>The instance registry in Redis. All times come from Redis' clock, so the instances' clocks need not agree.
/// <c>join.lua</c> describes what is stored. Thread-safe.</summary>
internal sealed class RedisInstanceRegistry(RedisConnection connection, RegistryTimes times) : IInstanceRegistry
{
    private const CommandFlags Primary = CommandFlags.DemandMaster;

    // The result of renew.lua for an instance that is not registered.
    private const long NotRegistered = -1;

    // The field beside the values that join.lua describes.
    private const string NumberField = "number";

    private static readonly RedisScript Join = Load("join.lua");
    private static readonly RedisScript Renew = Load("renew.lua");
    private static readonly RedisScript Leave = Load("leave.lua");
    private static readonly RedisScript Claim = Load("claim.lua");
    private static readonly RedisScript Remove = Load("remove.lua");

    private readonly RegistryKeys _keys = new(connection.KeyPrefix);
    private readonly string _name = $"{Guid.NewGuid():N}";
    private readonly long _deadAfter = (long)times.DeadAfter.TotalMilliseconds;

    // The numbers of this instance's last registration or change, and of the last one that Redis has confirmed.
    private long _sent;
    private long _confirmed;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>?> JoinAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _sent);
        var held = await RunAsync(Join, _name, [number], cancellationToken);
        if (held.IsNull) return null;
        Volatile.Write(ref _confirmed, number);
        return [.. Pairs(held.ToDictionary().Select(pair => new HashEntry(pair.Key, (RedisValue)pair.Value)))];
    }

    /// <inheritdoc/>
    public async Task<long?> RenewAsync(
        IReadOnlyCollection<KeyValuePair<string, string?>> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var number = changes.Count > 0 ? Interlocked.Increment(ref _sent) : Volatile.Read(ref _sent);
        var arguments = new List<RedisValue>(2 + (changes.Count * 2)) { Volatile.Read(ref _confirmed), number };
        foreach (var (name, value) in changes)
        {
            arguments.Add(name);
            arguments.Add(value ?? "");
        }
        var held = (long)await RunAsync(Renew, _name, arguments, cancellationToken);
        if (held == NotRegistered) return null;
        if (changes.Count > 0) Volatile.Write(ref _confirmed, number);
        return held;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(CancellationToken cancellationToken) => RunAsync(Leave, _name, [], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(CancellationToken cancellationToken)
    {
        var (now, instances) = await connection.QueryAsync(
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                var now = RedisClock.QueryAsync(multiplexer);
                var instances = database.SortedSetRangeByRankWithScoresAsync(_keys.Instances, flags: Primary);
                await Task.WhenAll(now, instances);
                return (await now, await instances);
            },
            cancellationToken);
        var oldest = RedisClock.Parse(now) - _deadAfter;
        // Leave out a dead instance immediately, even if no other instance has removed its values yet.
        var alive = instances.Where(instance => instance.Score >= oldest)
            .Select(instance => $"{instance.Element}").ToArray();
        if (!alive.Contains(_name))
            throw new HubUnavailableException("This instance is not in the instance registry at the moment.");
        var held = await connection.QueryAsync(
            multiplexer => Task.WhenAll(
                alive.Select(name => multiplexer.GetDatabase().HashGetAllAsync(_keys.ValuesOf(name), Primary))),
            cancellationToken);
        return [.. held.SelectMany(Pairs)];
    }

    /// <inheritdoc/>
    public async Task<DeadInstance?> ClaimAsync(CancellationToken cancellationToken)
    {
        var found = await connection.RunAsync(
            Claim, [_keys.Instances, _keys.Leases], [_name, _deadAfter], cancellationToken);
        if ((string?)found is not { } dead) return null;
        var held = await connection.QueryAsync(
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(_keys.ValuesOf(dead), Primary), cancellationToken);
        return new DeadInstance(dead, [.. Pairs(held)]);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(
        DeadInstance dead, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        ArgumentNullException.ThrowIfNull(names);
        RedisValue[] arguments = [_name, _deadAfter, .. names.Select(name => (RedisValue)name)];
        return (long)await RunAsync(Remove, dead.Name, arguments, cancellationToken) > 0;
    }

    private static RedisScript Load(string fileName) => RedisScript.Load(typeof(RedisInstanceRegistry), fileName);

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IEnumerable<HashEntry> entries) =>
        entries.Where(entry => entry.Name != NumberField)
            .Select(entry => KeyValuePair.Create($"{entry.Name}", $"{entry.Value}"));

    private Task<RedisResult> RunAsync(
        RedisScript script, string instance, IEnumerable<RedisValue> arguments, CancellationToken cancellationToken) =>
        connection.RunAsync(
            script,
            [_keys.Instances, _keys.Leases, _keys.ValuesOf(instance)],
            [instance, .. arguments],
            cancellationToken);
}
