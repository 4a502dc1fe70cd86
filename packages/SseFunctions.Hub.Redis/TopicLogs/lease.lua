-- Takes, renews or gives back the lease of a topic log. See create.lua for how logs are stored.
-- Result of 'acquire' and 'takeover': nothing if there is no log that can be appended to; otherwise {epoch, last event,
-- 1 if somebody asked for the lease recently while another held it, or 0}, with epoch 0 if another holds the lease.
-- Result of 'renew': nothing if the lease is lost; otherwise {1 if somebody asked for the lease recently, or 0}.

local state, events = KEYS[1], KEYS[2]

local verb = ARGV[1]                     -- 'acquire', 'takeover', 'renew' or 'release'
local holder = ARGV[2]                   -- of the lease to take, to renew or to give back
local duration = tonumber(ARGV[3])       -- milliseconds
local recently = tonumber(ARGV[4])       -- milliseconds
local bell, topic = ARGV[5], ARGV[6]

local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = call('HMGET', state, 'last', 'ended', 'epoch', 'until', 'asked', 'holder', 'retention')
if not known[1] or known[2] == '1' or call('EXISTS', events) == 0 then return false end
local epoch, expires = tonumber(known[3]), tonumber(known[4])
local isWanted = now - tonumber(known[5]) < recently and 1 or 0

if verb == 'acquire' or verb == 'takeover' then
  if expires > now and verb == 'acquire' then
    call('HSET', state, 'asked', string.format('%.0f', now))
    return {0, tonumber(known[1]), 1}
  end
  call('HSET', state, 'epoch', epoch + 1, 'holder', holder, 'until', string.format('%.0f', now + duration), 'asked', 0)
  return {epoch + 1, tonumber(known[1]), isWanted}
end

if known[6] ~= holder or expires <= now then return false end
if verb == 'renew' then
  call('HSET', state, 'until', string.format('%.0f', now + duration))
  -- A turn may be longer than the retention.
  call('PEXPIRE', state, known[7])
  call('PEXPIRE', events, known[7])
  return {isWanted}
end
call('HSET', state, 'until', 0)
redis.pcall('PUBLISH', bell, '0 ' .. topic)
return false
