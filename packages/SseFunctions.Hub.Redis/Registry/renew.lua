-- Renews the registration of an instance, and changes its values. Result: how many values it has; or -1, and nothing is
-- changed, if it is not registered, another instance has claimed it as dead, or Redis has lost changes of its values.
-- See join.lua for how the registry is stored.

local instances, leases, values = KEYS[1], KEYS[2], KEYS[3]

local name = ARGV[1]                     -- the instance
local confirmed = tonumber(ARGV[2])      -- the highest number that Redis has confirmed to the instance
local number = ARGV[3]                   -- the number of this change
local FIRST_CHANGE = 4                   -- from here on: name, value or '' to remove it, name, value or '', ...

local NOT_REGISTERED = -1

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if not redis.call('ZSCORE', instances, name) then return NOT_REGISTERED end
-- An expired lease counts too: some of the instance's values may be removed already, so it must register again.
if redis.call('HEXISTS', leases, name) == 1 then return NOT_REGISTERED end
-- The number is lower if a replica was promoted that had not received the last changes, or if Redis has executed an
-- earlier change late, after the last ones.
if tonumber(redis.call('HGET', values, 'number') or 0) < confirmed then return NOT_REGISTERED end
redis.call('ZADD', instances, string.format('%.0f', now), name)
if #ARGV >= FIRST_CHANGE then redis.call('HSET', values, 'number', number) end
for i = FIRST_CHANGE, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', values, ARGV[i])
  else
    redis.call('HSET', values, ARGV[i], ARGV[i + 1])
  end
end
return redis.call('HLEN', values) - 1    -- without the number
