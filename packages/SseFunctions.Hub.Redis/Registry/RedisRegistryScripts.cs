namespace SseFunctions.Hub.Redis.Registry;

/// <summary>What Redis does in one go for the registry of instances. Keys: a sorted set, of each instance when it was
/// last seen; a hash, of each that is claimed until when and by whom; and, but for <see cref="Claim"/>, a hash of what
/// the instance holds. The first argument is the instance. Times are milliseconds of Redis' own clock.</summary>
/// <remarks>Keys have no time to live, since those that have may be evicted.</remarks>
internal static class RedisRegistryScripts
{
    /// <summary>Registers an instance that holds nothing. Answers 1; or 0 if it is claimed.</summary>
    public const string Join = Now + """
        local lease = redis.call('HGET', KEYS[2], ARGV[1])
        if lease and tonumber(string.match(lease, '^%d+')) > now then return 0 end
        redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
        redis.call('HDEL', KEYS[2], ARGV[1])
        redis.call('UNLINK', KEYS[3])
        return 1
        """;

    /// <summary>Says that an instance lives, and changes what it holds. Arguments: names, each with its value, or with
    /// nothing to hold none. Answers how many it holds; or -1, and does nothing, if it is not registered or is claimed.
    /// </summary>
    public const string Renew = Now + """
        if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return -1 end
        if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return -1 end
        redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
        for i = 2, #ARGV, 2 do
          if ARGV[i + 1] == '' then
            redis.call('HDEL', KEYS[3], ARGV[i])
          else
            redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
          end
        end
        return redis.call('HLEN', KEYS[3])
        """;

    /// <summary>Ends the registration of an instance, unless it holds something or is claimed.</summary>
    public const string Leave = """
        if redis.call('HLEN', KEYS[3]) > 0 then return 0 end
        if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
        return redis.call('ZREM', KEYS[1], ARGV[1])
        """;

    /// <summary>Claims an instance that died, for the time after which it counts as dead. Arguments: who claims; that
    /// time. Answers its name, or nothing.</summary>
    public const string Claim = Now + """
        local before = string.format('(%.0f', now - ARGV[2])
        for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before)) do
          local lease = redis.call('HGET', KEYS[2], name)
          local free = not lease or tonumber(string.match(lease, '^%d+')) <= now
          if name ~= ARGV[1] and (free or string.match(lease, ' (.*)$') == ARGV[1]) then
            redis.call('HSET', KEYS[2], name, string.format('%.0f ', now + ARGV[2]) .. ARGV[1])
            return name
          end
        end
        return false
        """;

    /// <summary>Removes what a claimed instance holds, and it with the last, and otherwise lengthens the claim.
    /// Arguments: who has claimed it; for how long; names. Answers how many it holds still; or -1 if the claim is
    /// another's now. </summary>
    public const string Remove = Now + """
        local lease = redis.call('HGET', KEYS[2], ARGV[1])
        if not lease or string.match(lease, ' (.*)$') ~= ARGV[2] then return -1 end
        for i = 4, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
        local held = redis.call('HLEN', KEYS[3])
        if held == 0 then
          redis.call('ZREM', KEYS[1], ARGV[1])
          redis.call('HDEL', KEYS[2], ARGV[1])
        else
          redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f ', now + ARGV[3]) .. ARGV[2])
        end
        return held
        """;

    private const string Now = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """;
}
