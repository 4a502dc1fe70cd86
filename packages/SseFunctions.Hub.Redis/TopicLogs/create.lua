-- Creates the log of a topic with its first events, unless the topic has a log. Result: 1 or 0.
--
-- How topic logs are stored:
--   state   A hash: 'created', the time when the log was created, which no other log of the same parent has; 'last', the
--           number of the last event, from 1; 'ended', 1 after the final event; 'snapshot' and 'snapshotAt', the number
--           of the last event that the snapshot contains; 'retention', how long the log is kept after its last event;
--           'epoch', how often the lease was taken; 'holder', who took it last: a name that no other lease has; 'until',
--           when the lease expires; 'asked', when somebody asked for a lease that another held. Times are milliseconds
--           of Redis' own clock.
--   events  A Redis stream: each entry is an event, its id is '<created>-<number>', its fields are 'w', who wrote it
--           (the holder of the lease, or '0' for the events of this script), 't', the type, and 'd', the data.
--   index   A sorted set of the topics with the same parent, by the time when their logs were created.
--
-- All keys expire after the retention. If Redis evicts one of a log's keys, the log is gone.

local state, events, index = KEYS[1], KEYS[2], KEYS[3]

local topic = ARGV[1]
local retention = tonumber(ARGV[2])      -- milliseconds
local snapshot = ARGV[3]                 -- with a '+' before it; empty: none
local isFinal = ARGV[4]                  -- '1' or '0'
local FIRST_EVENT = 5                    -- from here on: type, data, type, data, ...

local MAX_LISTED = 10000                 -- the maximum number of topics in the index; the newest stay

local call = redis.call
if call('EXISTS', state) == 1 and call('EXISTS', events) == 1 then return 0 end
call('DEL', state, events)

local time = call('TIME')
local created = time[1] * 1000 + math.floor(time[2] / 1000)
local newest = call('ZREVRANGE', index, 0, 0, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) >= created then created = tonumber(newest[2]) + 1 end
local stamp = string.format('%.0f', created)

local last = 0
for i = FIRST_EVENT, #ARGV, 2 do
  last = last + 1
  call('XADD', events, stamp .. '-' .. last, 'w', '0', 't', ARGV[i], 'd', ARGV[i + 1])
end
call('HSET', state, 'created', stamp, 'last', last, 'ended', isFinal, 'epoch', 0, 'holder', '', 'until', 0, 'asked', 0,
  'retention', ARGV[2], 'snapshotAt', -1)
if snapshot ~= '' then call('HSET', state, 'snapshot', string.sub(snapshot, 2), 'snapshotAt', last) end
call('ZADD', index, stamp, topic)
call('ZREMRANGEBYRANK', index, 0, -MAX_LISTED - 1)
call('PEXPIRE', state, retention)
call('PEXPIRE', events, retention)
if call('PTTL', index) < retention then call('PEXPIRE', index, retention) end
return 1
