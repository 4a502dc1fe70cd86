-- Reads a topic log at one moment. See create.lua for how logs are stored.
-- Result: nothing if there is no log; otherwise {created, last, ended, number of the snapshot's last event, the
-- snapshot with a '+' before it, or '' if the reader has it or if there is none, events after the one that the reader
-- has}.

local state, events = KEYS[1], KEYS[2]

local after = ARGV[1]                    -- the number of the last event that the reader has
local snapshotAt = ARGV[2]               -- of the snapshot that the reader has; -1: none

local call = redis.call
local known = call('HMGET', state, 'created', 'last', 'ended', 'snapshotAt')
if not known[1] or call('EXISTS', events) == 0 then return false end
local snapshot = ''
if known[4] ~= snapshotAt then
  local held = call('HGET', state, 'snapshot')
  if held then snapshot = '+' .. held end
end
local found = {}
if tonumber(known[2]) > tonumber(after) then
  found = call('XRANGE', events, '(' .. known[1] .. '-' .. after, '+')
end
return {known[1], known[2], known[3], known[4], snapshot, found}
