import { script } from '../scripts.js';

/**
 * `PERSIST` changes nothing, and is there for a server that is full: it refuses what may take room, but not after a change. The stream is bounded.
 *
 * Numbers an entry and adds it. KEYS: stream, counter, epoch. ARGV: an epoch, where there is none; how many entries are kept; the entry.
 */
export const PUBLISH = script(`
redis.pcall('PERSIST', KEYS[3])
redis.call('SET', KEYS[3], ARGV[1], 'NX')
local n = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'n', n, 'p', ARGV[3])
return n
`);

/**
 * Tells where the stream is: epoch, numbers given, and, if ARGV[2] is '1', the id of the server's run and of the last entry. A replica refuses: the first
 * command is a write, even where it changes nothing. The run is '' where the user of Redis may not ask for it; it costs more than all else.
 */
export const POSITION = script(`
redis.pcall('PERSIST', KEYS[3])
redis.call('SET', KEYS[3], ARGV[1], 'NX')
local run, last = '', '0-0'
if ARGV[2] == '1' then
  local info = redis.pcall('INFO', 'server')
  run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
  if redis.call('EXISTS', KEYS[1]) == 1 then
    local facts = redis.call('XINFO', 'STREAM', KEYS[1])
    for at = 1, #facts, 2 do
      if facts[at] == 'last-generated-id' then last = facts[at + 1] end
    end
  end
end
return { redis.call('GET', KEYS[3]), redis.call('GET', KEYS[2]) or '0', run, last }
`);
