-- Makes sure that the log's tail is at a given position or after it. If the tail is before that position, Redis has
-- lost updates, and this script appends an update without a topic, which is delivered to no subscriber. Otherwise the
-- next update could get a position that a subscriber has already seen, or an earlier one.
--
-- Result: the tail. See append.lua for how the log is stored.

local stream, ids, state = KEYS[1], KEYS[2], KEYS[3]

local bell = ARGV[1]                     -- the channel to publish on
local leastMs = tonumber(ARGV[2])        -- the position that the tail must reach
local leastSeq = tonumber(ARGV[3])
local placeholder = ARGV[4]              -- the update without a topic

local OVERHEAD_BYTES = 400               -- memory that an update takes besides its id and contents
local NO_INSTANCE = '-'                  -- every instance, the caller included, must read this update

local tail = redis.call('HGET', state, 'tail')
if not tail then
  -- The state was lost. Without the tail, the rest of the log cannot be continued. The new log has another start
  -- position than the lost log: a client that was there is told that it has missed updates.
  redis.call('DEL', stream, ids)
  tail = string.format('0-%.0f', leastMs)
end
local ms, seq = string.match(tail, '(%d+)-(%d+)')
ms, seq = tonumber(ms), tonumber(seq)
-- All instances notice the loss at about the same time. The first call appends. The others find the tail advanced.
if ms > leastMs or (ms == leastMs and seq >= leastSeq) then return tail end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > leastMs then ms, seq = now, 0 else ms, seq = leastMs, leastSeq + 1 end
local position = string.format('%.0f-%.0f', ms, seq)
-- A full Redis refuses a script's first command that needs memory, but no command after one that writes. Otherwise no
-- instance could append, and no append could drop updates to make room.
redis.call('HDEL', state, '')
redis.call('XADD', stream, position, 'p', tail, '', placeholder)
redis.call('HSET', state, 'tail', position)
redis.call('HINCRBY', state, 'count', 1)
redis.call('HINCRBY', state, 'bytes', #placeholder + OVERHEAD_BYTES)
redis.pcall('PUBLISH', bell, NO_INSTANCE .. ' ' .. position)
return position
