-- Removes values of a claimed instance, and its registration with the last one. While values are left, it extends the
-- lease. Result: how many values are left; or -1, and nothing is changed, if the caller does not hold the lease any
-- more: it was too slow, and another instance has claimed the dead one since. See join.lua for how the registry is
-- stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the dead instance
local claimer = ARGV[2]                  -- the instance that clears up
local leaseTime = tonumber(ARGV[3])      -- milliseconds by which to extend the lease
local FIRST_NAME = 4                     -- from here on: names of values

local NOT_CLAIMED = -1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HGET', leases, name)
if not lease or string.match(lease, ' (.*)$') ~= claimer then return NOT_CLAIMED end
for i = FIRST_NAME, #ARGV do redis.call('HDEL', values, ARGV[i]) end
local left = redis.call('HLEN', values)
if left == 0 then
  redis.call('ZREM', instances, name)
  redis.call('HDEL', leases, name)
else
  redis.call('HSET', leases, name, string.format('%.0f ', now + leaseTime) .. claimer)
end
return left
