-- Takes a place in each of several rooms, or in none. A room is a sorted set: its members by the time when their places
-- expire, in milliseconds of Redis' own clock. KEYS are the rooms. Result: 0 if the member has its places, otherwise the
-- number of the first room that is full.

local member = ARGV[1]
local duration = tonumber(ARGV[2])       -- milliseconds
local FIRST_ROOM = 3                     -- from here on: the number of places of each room

local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, room in ipairs(KEYS) do
  call('ZREMRANGEBYSCORE', room, '-inf', string.format('%.0f', now))
  if call('ZCARD', room) >= tonumber(ARGV[FIRST_ROOM + i - 1]) and not call('ZSCORE', room, member) then return i end
end
for _, room in ipairs(KEYS) do
  call('ZADD', room, string.format('%.0f', now + duration), member)
  if call('PTTL', room) < duration then call('PEXPIRE', room, duration) end
end
return 0
