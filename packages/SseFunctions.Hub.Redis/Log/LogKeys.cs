using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>The names of the log's keys and of its channel. <c>append.lua</c> describes what the keys hold.</summary>
internal sealed class LogKeys(RedisKeyPrefix prefix)
{
    /// <summary>The Redis stream that holds the updates.</summary>
    public RedisKey Stream { get; } = prefix.Of("log");

    /// <summary>The index of the publishers' own ids. It also holds the SHA-1 of the last update with each id, so that
    /// the script recognizes a repeated update without reading the earlier one.</summary>
    public RedisKey Ids { get; } = prefix.Of("ids");

    /// <summary>The log's tail and its counts.</summary>
    public RedisKey State { get; } = prefix.Of("state");

    /// <summary>The key that <c>probe.lua</c> tries to write to. The script leaves no key behind.</summary>
    public RedisKey Probe { get; } = prefix.Of("probe");

    /// <summary>The bell: the channel on which an append tells the other instances to read.</summary>
    public RedisChannel Bell { get; } = RedisChannel.Literal(prefix.Of("bell"));

    /// <summary>The keys of the scripts that change the log, in the scripts' order.</summary>
    public RedisKey[] All => [Stream, Ids, State];
}
