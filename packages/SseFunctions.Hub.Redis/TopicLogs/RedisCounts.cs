using SseFunctions.Hub.Redis.Connection;
using StackExchange.Redis;

namespace SseFunctions.Hub.Redis.TopicLogs;

/// <summary>Counts in Redis, for all instances with the same server and key prefix. Thread-safe.</summary>
internal sealed class RedisCounts(RedisConnection connection) : ISharedCounts
{
    private static readonly RedisScript Enter = RedisScript.Load(typeof(RedisCounts), "enter.lua");

    /// <inheritdoc/>
    public Task<long> AddAsync(
        string counter, long amount, TimeSpan keep, CancellationToken cancellationToken = default) =>
        connection.QueryAsync(
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                var key = connection.KeyPrefix.Of($"counter:{counter}");
                var value = database.StringIncrementAsync(key, amount, CommandFlags.DemandMaster);
                await Task.WhenAll(value, database.KeyExpireAsync(key, keep, CommandFlags.DemandMaster));
                return await value;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> TryEnterAsync(
        IReadOnlyList<KeyValuePair<string, int>> rooms,
        string member,
        TimeSpan duration,
        CancellationToken cancellationToken = default)
    {
        var full = (int)await connection.RunAsync(
            Enter,
            [.. rooms.Select(room => KeyOf(room.Key))],
            [member, (long)duration.TotalMilliseconds, .. rooms.Select(room => (RedisValue)room.Value)],
            cancellationToken);
        return full == 0 ? null : rooms[full - 1].Key;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(
        IReadOnlyList<string> rooms, string member, CancellationToken cancellationToken = default) =>
        connection.QueryAsync(
            multiplexer => Task.WhenAll(rooms.Select(room =>
                multiplexer.GetDatabase().SortedSetRemoveAsync(KeyOf(room), member, CommandFlags.DemandMaster))),
            cancellationToken);

    private RedisKey KeyOf(string room) => connection.KeyPrefix.Of($"room:{room}");
}
