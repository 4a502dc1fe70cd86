-- Removes values of a claimed instance, and with the last value its registration. While values are left, the script
-- extends the lease. Result: the number of values left; or -1, and no value is removed, if the caller no longer holds
-- the lease: the caller was too slow, and another instance has claimed the dead one, or the dead one has registered
-- again. See join.lua for how the registry is stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the dead instance
local claimer = ARGV[2]                  -- the instance that holds the claim
local leaseTime = tonumber(ARGV[3])      -- milliseconds from now until the extended lease expires
local FIRST_NAME = 4                     -- from here on: names of values

local NOT_CLAIMED = -1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HGET', leases, name)
if not lease or string.match(lease, ' (.*)$') ~= claimer then
  -- If the dead instance has registered again, the caller has announced too late that its subscribers have gone.
  -- Without the number, that instance notices at its next renewal that it must register again, and announces them.
  redis.call('HDEL', values, 'number')
  return NOT_CLAIMED
end
for i = FIRST_NAME, #ARGV do redis.call('HDEL', values, ARGV[i]) end
local left = redis.call('HLEN', values) - redis.call('HEXISTS', values, 'number')
if left == 0 then
  redis.call('UNLINK', values)
  redis.call('ZREM', instances, name)
  redis.call('HDEL', leases, name)
else
  redis.call('HSET', leases, name, string.format('%.0f ', now + leaseTime) .. claimer)
end
return left
