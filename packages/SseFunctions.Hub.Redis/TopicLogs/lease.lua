-- Takes, renews or gives back the lease of a topic log. See create.lua for how logs are stored.
-- Result of 'acquire': nothing if there is no log that can be appended to; otherwise {epoch, last event, milliseconds
-- until the lease expires}, with epoch 0 if another holds the lease.
-- Result of 'renew': nothing if the lease is lost; otherwise {1 if somebody asked for the lease recently, or 0}.

local state, events = KEYS[1], KEYS[2]

local verb = ARGV[1]                     -- 'acquire', 'takeover', 'renew' or 'release'
local epoch = tonumber(ARGV[2])          -- of the lease to renew or to give back
local duration = tonumber(ARGV[3])       -- milliseconds
local recently = tonumber(ARGV[4])       -- milliseconds
local bell, topic = ARGV[5], ARGV[6]

local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = call('HMGET', state, 'last', 'ended', 'epoch', 'until', 'asked')
if not known[1] or known[2] == '1' or call('EXISTS', events) == 0 then return false end
local held, expires, asked = tonumber(known[3]), tonumber(known[4]), tonumber(known[5])

if verb == 'acquire' or verb == 'takeover' then
  if expires > now and verb == 'acquire' then
    call('HSET', state, 'asked', string.format('%.0f', now))
    return {0, tonumber(known[1]), expires - now}
  end
  call('HSET', state, 'epoch', held + 1, 'until', string.format('%.0f', now + duration), 'asked', 0)
  return {held + 1, tonumber(known[1]), 0}
end

if held ~= epoch or expires <= now then return false end
if verb == 'renew' then
  call('HSET', state, 'until', string.format('%.0f', now + duration))
  return {now - asked < recently and 1 or 0}
end
call('HSET', state, 'until', 0)
redis.pcall('PUBLISH', bell, '0 ' .. topic)
return false
