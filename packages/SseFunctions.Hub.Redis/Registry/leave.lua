-- Ends the registration of an instance. Result: 1; or 0, and nothing is changed, if it holds values, is being cleared
-- up, or is not registered. See join.lua for how the registry is stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance

-- Its values must stay reachable from the sorted set until somebody has removed them.
if redis.call('HLEN', values) > 0 then return 0 end
if redis.call('HEXISTS', leases, name) == 1 then return 0 end
return redis.call('ZREM', instances, name)
