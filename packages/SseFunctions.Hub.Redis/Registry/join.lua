-- Registers an instance. Result: the values of an earlier registration, as a list of names and values, which stay; or
-- nothing, and nothing is changed, while another instance has claimed the instance as dead.
--
-- How the registry is stored, with times in milliseconds of Redis' own clock:
--   instances  A sorted set: for each instance, when it last renewed its registration.
--   leases     A hash: for each dead instance that is claimed, '<expiry> <name of the claiming instance>'.
--   values     A hash for each instance: its values by name, and 'number', the number of its last registration or
--              change. By this number an instance notices that Redis has lost some of its changes.
--
-- The keys have no expiry, because Redis may evict a key with an expiry.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance
local number = ARGV[2]                   -- higher than the number of each earlier registration and change

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- An instance that was stopped until it counted as dead registers again here. The claiming instance may still be
-- announcing that the dead instance's subscribers have gone. If the instance registered now, it could store and
-- announce the same subscribers again before that announcement, and clients would believe the later announcement.
local lease = redis.call('HGET', leases, name)
if lease and tonumber(string.match(lease, '^%d+')) > now then return false end
redis.call('ZADD', instances, string.format('%.0f', now), name)
redis.call('HDEL', leases, name)
redis.call('HSET', values, 'number', number)
return redis.call('HGETALL', values)
