-- Appends updates that Redis has lost, at the positions that they had. An instance that still has them calls this
-- script, for example after a failover to a replica that had not received them. See append.lua for how the log is
-- stored.
--
-- Result: the tail. If it is not the position of the last update of this call, nothing was appended: another instance
-- was first.

local stream, ids, state = KEYS[1], KEYS[2], KEYS[3]

local bell = ARGV[1]                     -- the channel to publish on
local expected = ARGV[2]                 -- the position of the update before the first one of this call
local FIRST_UPDATE = 3                   -- from here on: position, own id or '', update, position, own id or '', ...

local OVERHEAD_BYTES = 400               -- memory that an update takes besides its id and contents
local NO_INSTANCE = '-'                  -- every instance must read these updates

local call = redis.call

local tail = call('HGET', state, 'tail') or '0-0'
-- If the stream is missing, its updates are still counted, and only append.lua corrects the counts.
if tail ~= expected or call('EXISTS', stream) == 0 then return tail end

-- A full Redis refuses a script's first command that needs memory, but no command after one that writes. Otherwise no
-- instance could append, and no append could drop updates to make room.
call('HDEL', state, '')

local bytes = 0
for i = FIRST_UPDATE, #ARGV, 3 do
  local position, own, update = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  -- If Redis refuses the first XADD, because another program has added an entry with a greater id, nothing is
  -- appended. Redis refuses none of the others.
  call('XADD', stream, position, 'p', tail, own, update)
  if own ~= '' then call('HSET', ids, own, position .. ' ' .. redis.sha1hex(update)) end
  tail = position
  bytes = bytes + #own + #update + OVERHEAD_BYTES
end
call('HSET', state, 'tail', tail)
call('HINCRBY', state, 'count', (#ARGV - FIRST_UPDATE + 1) / 3)
call('HINCRBY', state, 'bytes', bytes)
redis.pcall('PUBLISH', bell, NO_INSTANCE .. ' ' .. tail)
return tail
