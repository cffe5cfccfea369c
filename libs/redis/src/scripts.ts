import { createHash } from 'node:crypto';
import { FENCE_MS, TOO_CLOSE_MS } from 'nuthatch/engine';
import { EXPIRES_AT, FORMAT, HEADER_BYTES } from './record.js';

/** The same in versions, of which there are 1,024 in a millisecond. */
const TOO_CLOSE = TOO_CLOSE_MS * 1024;

/** A script that runs on the server, for one key. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/**
 * Offsets count from 1 in Lua, and are those of record.ts. What has no header of ours is as if it were not there, and is overwritten. `expiry` is the
 * life of the key in Redis: what has expired is kept for as long as it is needed to tell an overtaken load.
 *
 * A server that is full (`maxmemory`, `noeviction`) refuses what may take room, but not any more once a script has made a change that cannot. So what
 * says that something is old is written all the same: deletions by `UNLINK` first, and what must not be unlinked after a `PERSIST` that changes nothing, and is
 * allowed to fail: a user of Redis may lack it.
 */
const PRELUDE = `
local FENCE = ${FENCE_MS}
local function header()
  local found = redis.call('GETRANGE', KEYS[1], 0, ${HEADER_BYTES - 1})
  if #found == ${HEADER_BYTES} and string.byte(found) == ${FORMAT} then return found end
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end
local function write(record, expiresAt)
  if expiresAt == '' then return redis.call('SET', KEYS[1], record) end
  local life = math.max(math.ceil(expiresAt - now()), FENCE)
  redis.call('SET', KEYS[1], record, 'PX', string.format('%.0f', math.min(life, 2^50)))
end
local function expired(time)
  local bytes = redis.call('GETRANGE', KEYS[1], ${EXPIRES_AT}, ${EXPIRES_AT + 7})
  return #bytes == 8 and struct.unpack('>d', bytes) <= time
end
local function kind(found) return string.sub(found, 2, 2) end
local function stamp(found) return string.sub(found, 3, 18) end
local function version(found) return (struct.unpack('>d', found, 19)) end
local function token(found) return string.sub(found, 27, 34) end
local function leased(found) return (struct.unpack('>d', found, 35)) end
local function awaited(found) return string.byte(found, 43) == 1 end
local function known(found) return found and version(found) or 0 end
local function bury(version, chance)
  local packed = struct.pack('>d', version)
  local record = string.char(${FORMAT}) .. 'T' .. packed .. chance .. packed .. string.rep('\\0', 17)
  if redis.pcall('SET', KEYS[1], record, 'PX', FENCE).err then
    redis.call('UNLINK', KEYS[1])
    redis.call('SET', KEYS[1], record, 'PX', FENCE)
  end
  return version
end
local function endLease() redis.call('SETRANGE', KEYS[1], 26, string.rep('\\0', 17)) end
`;

/** `put record expiresAt`: the version that the key has then; see `SharedTier.put`. */
const PUT = script(`
local found, record = header(), ARGV[1]
local was, is = known(found), version(record)
if was <= is then
  write(record, ARGV[2])
  return is
end
if was - is > ${TOO_CLOSE} then return was end
return bury(was + 1, string.sub(record, 11, 18))
`);

/** `delete version chance`: the version under which the key is gone; see `SharedTier.delete`. */
const DELETE = script(`
local was, is = known(header()), tonumber(ARGV[1])
return bury(was > is and was + 1 or is, ARGV[2])
`);

/**
 * `claim seen leaseMs token chance`: what is there, the milliseconds that somebody else has left, and 1 where the lease was granted. Only of an entry
 * that was not seen, which has 2 there, more than the header is answered.
 */
const CLAIM = script(`
local found, lease, time = header(), tonumber(ARGV[2]), now()
if found and kind(found) == 'E' and stamp(found) ~= ARGV[1] and not expired(time) then
  return {redis.call('GET', KEYS[1]), 0, 2}
end
if found then
  local left = leased(found) - time
  if left > 0 then
    if lease > 0 and not awaited(found) then redis.call('SETRANGE', KEYS[1], 42, '\\1') end
    return {found, math.ceil(left), 0}
  end
end
if lease == 0 then return {found or '', 0, 0} end
local life, held = math.ceil(math.max(lease, FENCE)), ARGV[3] .. struct.pack('>d', time + lease) .. '\\0'
if not found then
  local nothing = struct.pack('>d', 0)
  found = string.char(${FORMAT}) .. 'P' .. nothing .. ARGV[4] .. nothing .. held
  redis.call('SET', KEYS[1], found, 'PX', life)
  return {found, 0, 1}
end
redis.call('SETRANGE', KEYS[1], 26, held)
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left < life then redis.call('PEXPIRE', KEYS[1], life) end
return {found, 0, 1}
`);

/** `fill stamp token record expiresAt`: 0 filled, 1 filled and awaited, 2 fenced. */
const FILL = script(`
local found = header()
if (found and stamp(found) or '') ~= ARGV[1] or known(found) > version(ARGV[3]) then
  if found and ARGV[2] ~= '' and token(found) == ARGV[2] then endLease() end
  return 2
end
write(ARGV[3], ARGV[4])
return found and awaited(found) and leased(found) > 0 and 1 or 0
`);

/** `release token`: 1 where somebody waits. */
const RELEASE = script(`
local found = header()
if not found or token(found) ~= ARGV[1] then return 0 end
local isAwaited = awaited(found) and leased(found) > now()
endLease()
return isAwaited and 1 or 0
`);

/** `empty chance`: an entry becomes the tombstone of its version, which frees its room; it fences what is loaded meanwhile. */
const EMPTY = script(`
local found = header()
if not found then return redis.call('UNLINK', KEYS[1]) end
return kind(found) == 'E' and bury(version(found), ARGV[1]) or 0
`);

/**
 * `remember most covering name version ...`: keeps the larger version of each name in a hash of at most `most`; beyond, the older half goes, and
 * `covering` gets the largest version of it.
 */
const REMEMBER = script(`
redis.pcall('PERSIST', KEYS[1])
local function keep(name, version)
  local before = redis.call('HGET', KEYS[1], name)
  if not before or tonumber(before) < tonumber(version) then redis.call('HSET', KEYS[1], name, version) end
end
for at = 3, #ARGV, 2 do keep(ARGV[at], ARGV[at + 1]) end
local most, all = tonumber(ARGV[1]), {}
if redis.call('HLEN', KEYS[1]) <= most then return 0 end
local flat = redis.call('HGETALL', KEYS[1])
for at = 1, #flat, 2 do
  if flat[at] ~= ARGV[2] then all[#all + 1] = {flat[at], flat[at + 1]} end
end
table.sort(all, function(one, other) return tonumber(one[2]) < tonumber(other[2]) end)
local gone = #all - math.floor(most / 2)
for at = 1, gone do redis.call('HDEL', KEYS[1], all[at][1]) end
keep(ARGV[2], all[gone][2])
return gone
`);

/** `time`: of the server that has the key. */
const TIME = script(`return redis.call('TIME')`);

export const scripts = { PUT, DELETE, CLAIM, FILL, RELEASE, EMPTY, REMEMBER, TIME } as const;

function script(body: string): Script {
  const lua = PRELUDE + body;
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
