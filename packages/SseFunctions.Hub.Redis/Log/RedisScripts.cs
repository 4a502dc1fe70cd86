namespace SseFunctions.Hub.Redis.Log;

/// <summary>What Redis does in one go, with nobody in between.</summary>
/// <remarks>
/// An entry of the stream holds the updates that were appended together. Its first field is <c>p</c>, the place of the
/// update before them; then each update has a field, whose name is the publisher's own id or nothing. The entry's id is
/// the place of its first update, and those that follow have the next sequence numbers.
/// If Redis has no room left, it refuses an entry, unless the script has dropped some before, which it never refuses:
/// so either everything is written, or nothing. Keys have no time to live, since those that have may be evicted.
/// </remarks>
internal static class RedisScripts
{
    /// <summary>The name of an entry's first field.</summary>
    public const string Link = "p";

    /// <summary>How many arguments <see cref="Append"/> has before those of the updates.</summary>
    public const int AppendArguments = 8;

    /// <summary>How many answers <see cref="Append"/> has before those of updates that were there already.</summary>
    public const int AppendAnswers = 3;

    /// <summary>Appends updates, trims the log, and rings the bell. Arguments: the bell; the time after which nothing
    /// is to be done any more, or 0; the largest count, bytes and age; a place, in two parts, behind which the updates
    /// have to be; who appends, which the bell says; and of each update the publisher's own id or nothing, and itself.
    /// Answers the time; then, unless it is too late, the last place there was before, and that of the first update
    /// that is new; then, of each that was there already and says the same, its number among the arguments, and its
    /// place.</summary>
    public const string Append = """
        local call = redis.call
        local stream, ids, state = KEYS[1], KEYS[2], KEYS[3]
        local time = call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local latest = tonumber(ARGV[2])
        if latest > 0 and now > latest then return {now} end

        local known = call('HMGET', state, 'tail', 'count', 'bytes', 'trimmed')
        local tail = known[1]
        if not tail then
          -- Evicted, say. What is left of the log cannot be gone on with.
          call('DEL', stream, ids)
          tail = '0-0'
        end
        local count, bytes, trimmed = tonumber(known[2] or 0), tonumber(known[3] or 0), tonumber(known[4] or 0)
        if count > 0 and call('EXISTS', stream) == 0 then
          -- Lost alone. Whoever has a copy of it goes on; what is not there takes no room, and is found by no id.
          call('DEL', ids)
          count, bytes = 0, 0
        end

        local function place(id)
          local ms, seq = string.match(id, '(%d+)-(%d+)')
          return tonumber(ms), tonumber(seq)
        end
        local ms, seq = place(tail)
        local floorMs, floorSeq = tonumber(ARGV[6]), tonumber(ARGV[7])
        if floorMs > ms or (floorMs == ms and floorSeq > seq) then ms, seq = floorMs, floorSeq end
        if now > ms then ms, seq = now, 0 else seq = seq + 1 end
        local prefix = string.format('%.0f-', ms)
        local first = prefix .. string.format('%.0f', seq)

        local answer, fields, places = {now, tail, first}, {'p', tail}, {}

        -- Where the index says that the last updates of these ids are.
        local function find(owns)
          local found = {}
          if #owns == 0 then return found end
          local held = call('HMGET', ids, unpack(owns))
          for i, own in ipairs(owns) do found[own] = held[i] end
          return found
        end
        local owns = {}
        for i = 9, #ARGV, 2 do
          if ARGV[i] ~= '' then owns[#owns + 1] = ARGV[i] end
        end
        local found = find(owns)

        -- Where the last update of an id is, and what it says: one that is new here, or one that is held.
        local new = {}
        local function last(own)
          if new[own] then return new[own].at, new[own].says end
          if found[own] then return string.match(found[own], '^(%S+) (%S+)$') end
        end

        local added, addedBytes = 0, 0
        for i = 9, #ARGV, 2 do
          local own, update = ARGV[i], ARGV[i + 1]
          local digest, held, says
          if own ~= '' then
            digest = redis.sha1hex(update)
            held, says = last(own)
          end
          if held and says == digest then
            answer[#answer + 1] = (i - 9) / 2
            answer[#answer + 1] = held
          else
            if own ~= '' then
              local at = prefix .. string.format('%.0f', seq + added)
              new[own] = {at = at, says = digest}
              places[#places + 1] = own
              places[#places + 1] = at .. ' ' .. digest
            end
            fields[3 + 2 * added] = own
            fields[4 + 2 * added] = update
            added = added + 1
            addedBytes = addedBytes + #own + #update + 400
          end
        end
        if added == 0 then return answer end
        tail = prefix .. string.format('%.0f', seq + added - 1)

        -- Before anything is added: a Redis that is full takes nothing more, unless something was dropped just before.
        -- Entries are dropped whole. So that not each append has to look at the same old one, some more are held.
        local maxCount, maxBytes = tonumber(ARGV[3]) - added, tonumber(ARGV[4]) - addedBytes
        if count >= maxCount + 256 or bytes > maxBytes or now - trimmed >= 1000 then
          local oldest = now - tonumber(ARGV[5])
          local length, dropped, from, some = call('XLEN', stream), 0, '-', 1
          -- Redis does nothing else meanwhile, so the rest is left to the next append.
          while some > 0 and dropped < 1024 do
            local page = call('XRANGE', stream, from, '+', 'COUNT', some)
            some = #page == some and math.min(2 * some, 64) or 0
            for _, entry in ipairs(page) do
              local entryMs, entrySeq = place(entry[1])
              local fields = entry[2]
              local updates = #fields / 2 - 1
              if count - updates < maxCount and bytes <= maxBytes and entryMs >= oldest then
                some = 0
                break
              end
              local named, gone = {}, {}
              for field = 3, #fields, 2 do
                bytes = bytes - #fields[field] - #fields[field + 1] - 400
                if fields[field] ~= '' then named[#named + 1] = fields[field] end
              end
              for own, held in pairs(find(named)) do
                local heldMs, heldSeq = place(held or '')
                -- Its last update, and that is in this entry.
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
            -- At once: what comes next fails if somebody else has written into the stream.
            call('HSET', state, 'count', string.format('%.0f', count), 'bytes', string.format('%.0f', bytes))
          end
          if some == 0 then trimmed = now end
        end
        call('XADD', stream, first, unpack(fields))
        if #places > 0 then call('HSET', ids, unpack(places)) end
        call('HSET', state, 'tail', tail, 'count', string.format('%.0f', count + added),
          'bytes', string.format('%.0f', bytes + addedBytes), 'trimmed', string.format('%.0f', trimmed))
        -- Who may not ring is not refused what is stored by now: others read it a little later.
        redis.pcall('PUBLISH', ARGV[1], ARGV[8] .. ' ' .. tail)
        return answer
        """;

    /// <summary>Runs the commands with which <see cref="Append"/> writes, on a key of its own, and leaves nothing
    /// behind: it fails where they would be refused. A Redis that is full refuses the first command of a script that needs
    /// memory and none after one that has written, so XADD comes first; without a stream it writes nothing.</summary>
    public const string Probe = """
        local key = KEYS[1]
        redis.call('XADD', key, 'NOMKSTREAM', '*', 'p', '')
        redis.call('XTRIM', key, 'MAXLEN', 0)
        redis.call('HSET', key, 'p', '')
        redis.call('HDEL', key, 'p')
        """;

    /// <summary>Adds an update that says nothing if the log's last place is not this one or behind it: then the log has
    /// lost updates, and this one keeps its places from going backwards. Arguments: the bell, the place in two parts,
    /// and the update that says nothing.</summary>
    public const string Mark = """
        local stream, ids, state = KEYS[1], KEYS[2], KEYS[3]
        local tail = redis.call('HGET', state, 'tail')
        if not tail then
          -- As when something is appended.
          redis.call('DEL', stream, ids)
          tail = '0-0'
        end
        local ms, seq = string.match(tail, '(%d+)-(%d+)')
        ms, seq = tonumber(ms), tonumber(seq)
        local placeMs, placeSeq = tonumber(ARGV[2]), tonumber(ARGV[3])
        if ms > placeMs or (ms == placeMs and seq >= placeSeq) then return tail end
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        if now > placeMs then ms, seq = now, 0 else ms, seq = placeMs, placeSeq + 1 end
        local id = string.format('%.0f-%.0f', ms, seq)
        redis.call('XADD', stream, id, 'p', tail, '', ARGV[4])
        redis.call('HSET', state, 'tail', id)
        redis.call('HINCRBY', state, 'count', 1)
        redis.call('HINCRBY', state, 'bytes', #ARGV[4] + 400)
        redis.pcall('PUBLISH', ARGV[1], '- ' .. id)
        return id
        """;
}
