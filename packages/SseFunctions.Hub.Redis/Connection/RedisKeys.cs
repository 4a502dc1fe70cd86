using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Connection;

/// <summary>The names that a log has in Redis. The braces keep all keys in one slot of a cluster, so that one script
/// may touch them.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The stream: one entry an update.</summary>
    public RedisKey Stream { get; } = $"{{{prefix}}}:log";

    /// <summary>A hash: of each id of a publisher, the place of its last update, and the SHA-1 of what that says, so
    /// that an update which is published again is known without reading the first.</summary>
    public RedisKey Ids { get; } = $"{{{prefix}}}:ids";

    /// <summary>A hash: the last entry (<c>tail</c>), how much is held (<c>bytes</c>), when it was last trimmed
    /// (<c>trimmed</c>).</summary>
    public RedisKey State { get; } = $"{{{prefix}}}:state";

    /// <summary>A sorted set: of each instance, when it was last seen.</summary>
    public RedisKey Instances { get; } = $"{{{prefix}}}:instances";

    /// <summary>A hash: of each instance that died and is being cleared up after, until when and by whom.</summary>
    public RedisKey Leases { get; } = $"{{{prefix}}}:leases";

    /// <summary>A key that is never there after the script that uses it: whether Redis takes writes is tried with it.
    /// </summary>
    public RedisKey Probe { get; } = $"{{{prefix}}}:probe";

    /// <summary>The channel that tells of new entries.</summary>
    public RedisChannel Bell { get; } = RedisChannel.Literal($"{{{prefix}}}:bell");

    /// <summary>For scripts.</summary>
    public RedisKey[] All => [Stream, Ids, State];

    /// <summary>A hash: what an instance holds for all to see, its active subscriptions by subscriber.</summary>
    public RedisKey ValuesOf(string instance) => $"{{{prefix}}}:subscriptions:{instance}";
}
