-- Runs the commands with which append.lua writes, on a separate key, and leaves no data behind. The script fails if
-- Redis would refuse an append: its memory is full, it is a replica, or the Redis user lacks a right.
--
-- XADD comes first: a full Redis refuses a script's first command that needs memory, but no command after one that has
-- written. NOMKSTREAM makes XADD write nothing, because the key does not exist.

local probe = KEYS[1]

redis.call('XADD', probe, 'NOMKSTREAM', '*', 'p', '')
redis.call('XTRIM', probe, 'MAXLEN', 0)
redis.call('HSET', probe, 'p', '')
redis.call('HDEL', probe, 'p')
