using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Registry;

/// <summary>The names of the registry's keys. <c>join.lua</c> describes what the keys hold.</summary>
internal sealed class RegistryKeys(RedisKeyPrefix prefix)
{
    /// <summary>The instances, sorted by the time when each last renewed its registration.</summary>
    public RedisKey Instances { get; } = prefix.Of("instances");

    /// <summary>The claims of dead instances: for each, when the claim expires and which instance holds it.</summary>
    public RedisKey Leases { get; } = prefix.Of("leases");

    /// <summary>Gets the key of the values of one instance: its active subscriptions, by subscriber.</summary>
    public RedisKey ValuesOf(string instance) => prefix.Of($"subscriptions:{instance}");
}
