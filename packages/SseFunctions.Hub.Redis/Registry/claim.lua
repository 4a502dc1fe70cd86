-- Claims a dead instance, so that only the caller removes its values. The claim is a lease, which expires: if the
-- caller dies too, another instance can claim the dead one afterwards. Result: the name of the dead instance, or
-- nothing. See join.lua for how the registry is stored.

local instances, leases = KEYS[1], KEYS[2]

local claimer = ARGV[1]                  -- the instance that claims
local deadAfter = tonumber(ARGV[2])      -- an instance is dead after this many milliseconds; a lease lasts as long

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- If the caller itself counts as dead, Redis has stood still and executes this call late. The other instances could not
-- renew their registrations either.
if tonumber(redis.call('ZSCORE', instances, claimer) or 0) < now - deadAfter then return false end
local before = string.format('(%.0f', now - deadAfter)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', instances, '-inf', before)) do
  local lease = redis.call('HGET', leases, name)
  local isFree = not lease or tonumber(string.match(lease, '^%d+')) <= now
  local isOwn = lease and string.match(lease, ' (.*)$') == claimer
  if name ~= claimer and (isFree or isOwn) then
    redis.call('HSET', leases, name, string.format('%.0f ', now + deadAfter) .. claimer)
    return name
  end
end
return false
