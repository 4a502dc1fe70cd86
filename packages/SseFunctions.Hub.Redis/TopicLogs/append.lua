-- Appends events to the log of a topic, and publishes a message on the bell. See create.lua for how logs are stored.
-- Result: 1 if the events are in the log, by this call or by an earlier call with the same arguments; 0 if the append
-- was refused.

local state, events = KEYS[1], KEYS[2]

local topic = ARGV[1]
local bell = ARGV[2]                     -- the channel to publish on
local holder = ARGV[3]                   -- of the lease
local after = tonumber(ARGV[4])          -- the number of the event before the first of these
local snapshot = ARGV[5]                 -- with a '+' before it; empty: the snapshot stays
local isFinal = ARGV[6]                  -- '1' or '0'
local FIRST_EVENT = 7                    -- from here on: type, data, type, data, ...

local MAX_REPLAYED = 2048                -- events before the snapshot beyond which the oldest are dropped

local call = redis.call
local known = call('HMGET', state, 'created', 'last', 'ended', 'holder', 'until', 'snapshotAt', 'retention')
if not known[1] or call('EXISTS', events) == 0 then return 0 end
local stamp, last, count = known[1], tonumber(known[2]), (#ARGV - FIRST_EVENT + 1) / 2

-- Only the holder of the lease appends while the state names it, so an event that is there already is its own.
if known[4] ~= holder then return 0 end
if last == after + count then return 1 end

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if known[3] == '1' or tonumber(known[5]) <= now or last ~= after then return 0 end

for i = FIRST_EVENT, #ARGV, 2 do
  last = last + 1
  call('XADD', events, stamp .. '-' .. last, 'w', holder, 't', ARGV[i], 'd', ARGV[i + 1])
end
call('HSET', state, 'last', last, 'ended', isFinal)
local snapshotAt = tonumber(known[6])
if snapshot ~= '' then
  snapshotAt = last
  call('HSET', state, 'snapshot', string.sub(snapshot, 2), 'snapshotAt', last)
end
-- Exactly the events after the snapshot and MAX_REPLAYED before it stay; '~' lets Redis keep some more.
if snapshotAt > MAX_REPLAYED then
  call('XTRIM', events, 'MINID', '~', stamp .. '-' .. string.format('%.0f', snapshotAt - MAX_REPLAYED))
end
call('PEXPIRE', state, known[7])
call('PEXPIRE', events, known[7])
redis.pcall('PUBLISH', bell, string.format('%.0f ', last) .. topic)
return 1
