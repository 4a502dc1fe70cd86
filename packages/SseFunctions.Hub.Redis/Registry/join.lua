-- Registers an instance, which holds no values then. Result: 1, or 0 while another instance is clearing up after it.
--
-- How the registry is stored, with times in milliseconds of Redis' own clock:
--   instances  A sorted set: for each instance, when it last said that it lives.
--   leases     A hash: for each dead instance that is being cleared up, '<until> <name of the instance that does it>'.
--   values     A hash for each instance: its values by name.
--
-- The keys have no expiry: Redis may evict a key that has one.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- An instance that was stopped for so long that it counted as dead comes back here. The instance that clears up is
-- still announcing that its values are gone. If it registered at once, it could hold the same values again before the
-- announcement, and subscribers would believe the announcement.
local lease = redis.call('HGET', leases, name)
if lease and tonumber(string.match(lease, '^%d+')) > now then return 0 end
redis.call('ZADD', instances, string.format('%.0f', now), name)
redis.call('HDEL', leases, name)
redis.call('UNLINK', values)
return 1
