-- Registers an instance, without values. Result: 1, or 0 while another instance has claimed it as dead.
--
-- How the registry is stored, with times in milliseconds of Redis' own clock:
--   instances  A sorted set: for each instance, when it last renewed its registration.
--   leases     A hash: for each dead instance that is claimed, '<expiry> <name of the claiming instance>'.
--   values     A hash for each instance: its values by name.
--
-- The keys have no expiry, because Redis may evict a key with an expiry.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- An instance that was stopped until it counted as dead registers again here. The claiming instance may still be
-- announcing that the dead instance's subscribers have gone. If the instance registered now, it could store and
-- announce the same subscribers again before that announcement, and clients would believe the later announcement.
local lease = redis.call('HGET', leases, name)
if lease and tonumber(string.match(lease, '^%d+')) > now then return 0 end
redis.call('ZADD', instances, string.format('%.0f', now), name)
redis.call('HDEL', leases, name)
redis.call('UNLINK', values)
return 1
