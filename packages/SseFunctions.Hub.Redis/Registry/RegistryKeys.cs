using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Registry;

/// <summary>The names of the registry's keys. <c>join.lua</c> describes what the keys hold.</summary>
internal sealed class RegistryKeys(RedisKeyPrefix prefix)
{
    /// <summary>The instances, by when each last said that it lives.</summary>
    public RedisKey Instances { get; } = prefix.Of("instances");

    /// <summary>The dead instances that are being cleared up, until when and by which instance.</summary>
    public RedisKey Leases { get; } = prefix.Of("leases");

    /// <summary>The values of one instance: its active subscriptions, by subscriber.</summary>
    public RedisKey ValuesOf(string instance) => prefix.Of($"subscriptions:{instance}");
}
