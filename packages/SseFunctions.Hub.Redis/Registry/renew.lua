-- Renews the registration of an instance, and changes its values. Result: the number of its values; or -1, and nothing
-- is changed, if it is not registered or another instance has claimed it as dead. See join.lua for how the registry is
-- stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance
local FIRST_CHANGE = 2                   -- from here on: name, value or '' to remove it, name, value or '', ...

local NOT_REGISTERED = -1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if not redis.call('ZSCORE', instances, name) then return NOT_REGISTERED end
-- An expired lease counts too: some of the instance's values may be removed already, so it must register again.
if redis.call('HEXISTS', leases, name) == 1 then return NOT_REGISTERED end
redis.call('ZADD', instances, string.format('%.0f', now), name)
for i = FIRST_CHANGE, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', values, ARGV[i])
  else
    redis.call('HSET', values, ARGV[i], ARGV[i + 1])
  end
end
return redis.call('HLEN', values)
