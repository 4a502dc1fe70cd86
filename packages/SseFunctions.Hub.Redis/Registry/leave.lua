-- Ends the registration of an instance. Result: 1; or 0, and nothing is changed, if the instance has values, is claimed
-- as dead, or is not registered. See join.lua for how the registry is stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance

-- Keep an instance that has values in the sorted set: through it, another instance finds and removes the values.
if redis.call('HLEN', values) > redis.call('HEXISTS', values, 'number') then return 0 end
if redis.call('HEXISTS', leases, name) == 1 then return 0 end
redis.call('UNLINK', values)
return redis.call('ZREM', instances, name)
