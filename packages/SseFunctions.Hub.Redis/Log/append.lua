-- Appends updates to the log, drops what exceeds the limits, and publishes a message (the "bell") that tells the other
-- instances to read.
--
-- How the log is stored:
--   stream  A Redis stream. One stream entry holds the updates of one call. Its first field is 'p', with the position
--           of the update before the stream entry: by this link a reader notices that it has missed updates. Before
--           the very first update is the start position of the log: 0-0; or, in a log that has replaced a lost one
--           (advance.lua), 0 and the milliseconds of the lost log's last known position. Each further field is one
--           update: its name is the publisher's own id or empty, its value is the update as JSON. The id of the stream
--           entry is the position of its first update; the following updates have the next sequence numbers.
--   ids     A hash: for each publisher's own id, '<position> <SHA-1>' of the last update with this id.
--   state   A hash: 'tail', the position of the last update; 'count' and 'bytes', the number and the size of the
--           updates in the stream; 'trimmed', when the log was last trimmed completely; 'server', the run id of the
--           server that appended last; 'opens', the time before which that server must not append. Times are
--           milliseconds of Redis' own clock.
--
-- The keys have no expiry, because Redis may evict a key with an expiry.
--
-- Result: {now, reason} if nothing was appended; the reasons are LATE, LOSS and CLOSED. Otherwise {now, tail before
-- this call, position of the first new update}, followed by two elements for each update that is already in the log:
-- its index in this call, from 0, and its position.

local stream, ids, state = KEYS[1], KEYS[2], KEYS[3]

local bell = ARGV[1]                     -- the channel to publish on
local latest = tonumber(ARGV[2])         -- after this time nothing may be appended; 0 for no limit
local maxCount = tonumber(ARGV[3])       -- the maximum number of updates to hold
local maxBytes = tonumber(ARGV[4])       -- the maximum number of bytes to hold
local maxAge = tonumber(ARGV[5])         -- drop updates that are older, in milliseconds
local seenMs = tonumber(ARGV[6])         -- the highest position that the instance has seen
local seenSeq = tonumber(ARGV[7])
local instance = ARGV[8]                 -- the instance that appends; the bell's message names it
local FIRST_UPDATE = 9                   -- from here on: own id or '', update, own id or '', update, ...

local LATE = 'late'                      -- the time 'latest' is over
local LOSS = 'loss'                      -- Redis has lost updates that the instance has seen
local CLOSED = 'closed'                  -- this server has just begun to append: other instances may know of a loss

local SHORTEST_FAILOVER = 100            -- milliseconds between the last append of a server and the first of the next
local CLOSED_FOR = 3000                  -- milliseconds in which the instances notice a new server and restore updates
local OVERHEAD_BYTES = 400               -- memory that an update takes besides its id and contents
local TRIM_EVERY = 1000                  -- milliseconds after which an append looks for updates that are too old
local SLACK_COUNT = 256                  -- updates held beyond maxCount before an append trims
local MAX_DROPPED = 1024                 -- the maximum number of stream entries that one append drops
local MAX_PAGE = 64                      -- the maximum number of stream entries to read at once

local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A Redis that was stopped (SIGSTOP, a frozen machine) executes this script when it continues. By then the publishers
-- have been told that the append failed, and may have published the updates again.
if latest > 0 and now > latest then return {now, LATE} end

local known = call('HMGET', state, 'tail', 'count', 'bytes', 'trimmed', 'server', 'opens')
local tail = known[1]
if not tail then
  -- The state was lost, for example by eviction. Without the tail, the rest of the log cannot be continued.
  call('DEL', stream, ids)
  tail = '0-0'
end
local count, bytes, trimmed = tonumber(known[2] or 0), tonumber(known[3] or 0), tonumber(known[4] or 0)
if count > 0 and call('EXISTS', stream) == 0 then
  -- Only the stream was lost. The mirrors of the instances continue after the tail. The lost updates must no longer be
  -- counted, or found by their ids.
  call('DEL', ids)
  count, bytes = 0, 0
end

local function parse(position)
  local ms, seq = string.match(position, '(%d+)-(%d+)')
  return tonumber(ms), tonumber(seq)
end

-- A server that was promoted or restarted may lack the last updates, and this instance may not have seen them. So a new
-- server appends nothing for a while, in which instances that have seen them restore them. INFO is slow, so it is left
-- out if there cannot have been a failover since the last append. Without the right to INFO, the script does not wait.
local ms, seq = parse(tail)
local server, opens = known[5], tonumber(known[6] or 0)
if now < ms or now - ms >= SHORTEST_FAILOVER then
  local info = redis.pcall('INFO', 'server')
  local current = type(info) == 'string' and string.match(info, 'run_id:(%x+)')
  if current and current ~= server then
    local later = server and now + CLOSED_FOR or 0
    -- pcall ignores an error: a full Redis may refuse this, but not the append, which drops updates first.
    local stored = redis.pcall('HSET', state, 'server', current, 'opens', string.format('%.0f', later))
    if type(stored) == 'number' then opens = later end
  end
end

-- An update that is appended now would take the place of updates that Redis has lost. The instance restores them first
-- (restore.lua), or continues after their positions (advance.lua).
if seenMs > ms or (seenMs == ms and seenSeq > seq) then return {now, LOSS} end
-- The clock may have been set back since 'opens' was stored.
if now < opens and opens - now <= CLOSED_FOR then return {now, CLOSED} end

-- Positions never go backwards, even if Redis' clock does.
if now > ms then ms, seq = now, 0 else seq = seq + 1 end
local prefix = string.format('%.0f-', ms)
local first = prefix .. string.format('%.0f', seq)

-- Returns the values of the index for these own ids, by own id.
local function find(owns)
  local found = {}
  if #owns == 0 then return found end
  local held = call('HMGET', ids, unpack(owns))
  for i, own in ipairs(owns) do found[own] = held[i] end
  return found
end
local owns = {}
for i = FIRST_UPDATE, #ARGV, 2 do
  if ARGV[i] ~= '' then owns[#owns + 1] = ARGV[i] end
end
local found = find(owns)

-- Returns the position and the SHA-1 of the last update with this own id, in this call or in the log.
local new = {}
local function last(own)
  if new[own] then return new[own].position, new[own].digest end
  if found[own] then return string.match(found[own], '^(%S+) (%S+)$') end
end

-- A publisher that got no answer publishes again, perhaps at another instance. If an update equals the last update with
-- the same own id, it is not appended, and its publisher gets the position of that last update.
local result, fields, index = {now, tail, first}, {'p', tail}, {}
local added, addedBytes = 0, 0
for i = FIRST_UPDATE, #ARGV, 2 do
  local own, update = ARGV[i], ARGV[i + 1]
  local digest, heldPosition, heldDigest
  if own ~= '' then
    digest = redis.sha1hex(update)
    heldPosition, heldDigest = last(own)
  end
  if heldPosition and heldDigest == digest then
    result[#result + 1] = (i - FIRST_UPDATE) / 2
    result[#result + 1] = heldPosition
  else
    if own ~= '' then
      local position = prefix .. string.format('%.0f', seq + added)
      new[own] = {position = position, digest = digest}
      index[#index + 1] = own
      index[#index + 1] = position .. ' ' .. digest
    end
    fields[3 + 2 * added] = own
    fields[4 + 2 * added] = update
    added = added + 1
    addedBytes = addedBytes + #own + #update + OVERHEAD_BYTES
  end
end
if added == 0 then return result end
tail = prefix .. string.format('%.0f', seq + added - 1)

-- Drop first, then add: a full Redis refuses a script's first command that needs memory, but no command after one that
-- has written. So a full Redis still accepts updates that replace dropped ones, and a call writes all or nothing.
-- Stream entries are dropped whole. Up to SLACK_COUNT more updates than maxCount are held, so that not every append
-- looks at an old stream entry that it cannot drop yet.
local roomCount, roomBytes = maxCount - added, maxBytes - addedBytes
if count >= roomCount + SLACK_COUNT or bytes > roomBytes or now - trimmed >= TRIM_EVERY then
  local oldest = now - maxAge
  local length, dropped, from, pageSize = call('XLEN', stream), 0, '-', 1
  -- Redis executes no other command while this script runs. So one append drops at most MAX_DROPPED stream entries, and
  -- the next append continues.
  while pageSize > 0 and dropped < MAX_DROPPED do
    local page = call('XRANGE', stream, from, '+', 'COUNT', pageSize)
    pageSize = #page == pageSize and math.min(2 * pageSize, MAX_PAGE) or 0
    for _, entry in ipairs(page) do
      local entryMs, entrySeq = parse(entry[1])
      local entryFields = entry[2]
      local updates = #entryFields / 2 - 1
      if count - updates < roomCount and bytes <= roomBytes and entryMs >= oldest then
        pageSize = 0
        break
      end
      local named, gone = {}, {}
      for field = 3, #entryFields, 2 do
        bytes = bytes - #entryFields[field] - #entryFields[field + 1] - OVERHEAD_BYTES
        if entryFields[field] ~= '' then named[#named + 1] = entryFields[field] end
      end
      for own, held in pairs(find(named)) do
        local heldMs, heldSeq = parse(held or '')
        -- A later stream entry may hold a newer update with the same own id. The index keeps the newer update.
        if heldMs == entryMs and heldSeq >= entrySeq and heldSeq < entrySeq + updates then
          gone[#gone + 1] = own
        end
      end
      if #gone > 0 then call('HDEL', ids, unpack(gone)) end
      count, dropped, from = count - updates, dropped + 1, '(' .. entry[1]
    end
  end
  if dropped > 0 then
    call('XTRIM', stream, 'MAXLEN', length - dropped)
    -- Store the counts now: XADD below fails if another program has added an entry with a greater id to the stream, and
    -- Redis does not roll back a script that fails.
    call('HSET', state, 'count', string.format('%.0f', count), 'bytes', string.format('%.0f', bytes))
  end
  if pageSize == 0 then trimmed = now end
end

call('XADD', stream, first, unpack(fields))
if #index > 0 then call('HSET', ids, unpack(index)) end
call('HSET', state, 'tail', tail, 'count', string.format('%.0f', count + added),
  'bytes', string.format('%.0f', bytes + addedBytes), 'trimmed', string.format('%.0f', trimmed))
-- pcall ignores an error: the updates are stored already, so the append must succeed even if the Redis user has no
-- right to publish. Without the bell, the other instances read the updates at their next regular read.
redis.pcall('PUBLISH', bell, instance .. ' ' .. tail)
return result
