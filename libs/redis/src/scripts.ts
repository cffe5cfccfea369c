import { createHash } from 'node:crypto';
import { FENCE_MS, TOO_CLOSE_MS } from 'nuthatch/engine';
import { EXPIRES_AT, FORMAT, HEADER_BYTES } from './record.js';

/** The same in versions, of which there are 1,024 in a millisecond. */
const TOO_CLOSE = TOO_CLOSE_MS * 1024;
/** The header, and after it all that the scripts look at. */
const LOOKED_AT = EXPIRES_AT + 8;

/** A script that runs on the server. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/**
 * What the scripts are put together from; a script has only what it needs, since it is made anew each time that it runs. Offsets count from 1 in Lua,
 * and are those of record.ts. What has no header of ours, be it no text at all, is as if it were not there, and is overwritten.
 */
const HEADER = `
local function headerOf(key)
  local found = redis.pcall('GETRANGE', key, 0, ${LOOKED_AT - 1})
  if type(found) == 'string' and #found >= ${HEADER_BYTES} and string.byte(found) == ${FORMAT} then return found end
end
`;
const KIND = `
local function kind(found) return string.sub(found, 2, 2) end
`;
const STAMP = `
local function stamp(found) return string.sub(found, 3, 18) end
`;
const VERSION = `
local function version(found) return (struct.unpack('>d', found, 19)) end
`;
const LEASE = `
local function token(found) return string.sub(found, 27, 34) end
local function leased(found) return (struct.unpack('>d', found, 35)) end
local function awaited(found) return string.byte(found, 43) == 1 end
local function endLease(key) redis.call('SETRANGE', key, 26, string.rep('\\0', 17)) end
`;
/** Looked at once: while a script runs, time stands still. */
const NOW = `
local read
local function now()
  if not read then
    local time = redis.call('TIME')
    read = time[1] * 1000 + time[2] / 1000
  end
  return read
end
`;
/** `expiry` is the life of the key in Redis: what has expired is kept for as long as it is needed to tell an overtaken load. */
const WRITE = `${NOW}
local function write(key, record, expiresAt)
  if expiresAt == '' then return redis.call('SET', key, record) end
  local life = math.max(math.ceil(expiresAt - now()), ${FENCE_MS})
  redis.call('SET', key, record, 'PX', string.format('%.0f', math.min(life, 2^50)))
end
`;
/**
 * A server that is full (`maxmemory`, `noeviction`) refuses what may take room, but not any more once a script has made a change that cannot. So what
 * says that something is old is written all the same: deletions by `UNLINK` first, and what must not be unlinked after a `PERSIST` that changes
 * nothing, and is allowed to fail: a user of Redis may lack it.
 */
const BURY = `
local function bury(key, version, chance)
  local packed = struct.pack('>d', version)
  local record = string.char(${FORMAT}) .. 'T' .. packed .. chance .. packed .. string.rep('\\0', 17)
  if redis.pcall('SET', key, record, 'PX', ${FENCE_MS}).err then
    redis.call('UNLINK', key)
    redis.call('SET', key, record, 'PX', ${FENCE_MS})
  end
  return version
end
`;

/** `put record expiresAt`: the version that the key has then; see `SharedTier.put`. */
const PUT = scriptOfEach(`${HEADER}${VERSION}${WRITE}${BURY}
local function each(key, record, expiresAt)
  local found = headerOf(key)
  local was, is = found and version(found) or 0, version(record)
  if was <= is then
    write(key, record, expiresAt)
    return is
  end
  if was - is > ${TOO_CLOSE} then return was end
  return bury(key, was + 1, string.sub(record, 11, 18))
end
`);

/** `delete version chance`: the version under which the key is gone; see `SharedTier.delete`. */
const DELETE = scriptOfEach(`${HEADER}${VERSION}${BURY}
local function each(key, wanted, chance)
  local found = headerOf(key)
  local was, is = found and version(found) or 0, tonumber(wanted)
  return bury(key, was > is and was + 1 or is, chance)
end
`);

/**
 * `claim seen leaseMs token chance`: what is there, the milliseconds that somebody else has left, and 1 where the lease was granted. Only of an entry
 * that was not seen, which has 2 there, more than the header is answered.
 */
const CLAIM = scriptOfEach(`${HEADER}${KIND}${STAMP}${LEASE}${NOW}
local function headOf(found) return string.sub(found, 1, ${HEADER_BYTES}) end
local function hasExpired(found, time)
  return #found == ${LOOKED_AT} and struct.unpack('>d', found, ${EXPIRES_AT + 1}) <= time
end
local function each(key, seen, leaseMs, token, chance)
  local found, lease, time = headerOf(key), tonumber(leaseMs), now()
  if found and kind(found) == 'E' and stamp(found) ~= seen and not hasExpired(found, time) then
    return {redis.call('GET', key), 0, 2}
  end
  if found then
    local left = leased(found) - time
    if left > 0 then
      if lease > 0 and not awaited(found) then redis.call('SETRANGE', key, 42, '\\1') end
      return {headOf(found), math.ceil(left), 0}
    end
  end
  if lease == 0 then return {found and headOf(found) or '', 0, 0} end
  local life, held = math.ceil(math.max(lease, ${FENCE_MS})), token .. struct.pack('>d', time + lease) .. '\\0'
  if not found then
    local nothing = struct.pack('>d', 0)
    found = string.char(${FORMAT}) .. 'P' .. nothing .. chance .. nothing .. held
    redis.call('SET', key, found, 'PX', life)
    return {found, 0, 1}
  end
  redis.call('SETRANGE', key, 26, held)
  local left = redis.call('PTTL', key)
  if left >= 0 and left < life then redis.call('PEXPIRE', key, life) end
  return {headOf(found), 0, 1}
end
`);

/** `fill stamp token record expiresAt`: 0 filled, 1 filled and awaited, 2 fenced. */
const FILL = scriptOfEach(`${HEADER}${STAMP}${VERSION}${LEASE}${WRITE}
local function each(key, seen, holder, record, expiresAt)
  local found = headerOf(key)
  if (found and stamp(found) or '') ~= seen or (found and version(found) or 0) > version(record) then
    if found and holder ~= '' and token(found) == holder then endLease(key) end
    return 2
  end
  write(key, record, expiresAt)
  return found and awaited(found) and leased(found) > 0 and 1 or 0
end
`);

/** `release token`: 1 where somebody waits. */
const RELEASE = scriptOfEach(`${HEADER}${LEASE}${NOW}
local function each(key, holder)
  local found = headerOf(key)
  if not found or token(found) ~= holder then return 0 end
  local isAwaited = awaited(found) and leased(found) > now()
  endLease(key)
  return isAwaited and 1 or 0
end
`);

/** `empty chance`: an entry becomes the tombstone of its version, which frees its room; it fences what is loaded meanwhile. */
const EMPTY = scriptOfEach(`${HEADER}${KIND}${VERSION}${BURY}
local function each(key, chance)
  local found = headerOf(key)
  if not found then return redis.call('UNLINK', key) end
  return kind(found) == 'E' and bury(key, version(found), chance) or 0
end
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

/** A script that does for each of its keys, one after the other, what `each` says of it and its share of the arguments, and answers what that answers. */
function scriptOfEach(lua: string): Script {
  return script(`${lua}
local answers, width = {}, #ARGV / #KEYS
for at, key in ipairs(KEYS) do
  answers[at] = each(key, unpack(ARGV, (at - 1) * width + 1, at * width))
end
return answers
`);
}

/** A script as it is sent: by its hash, where the server has it. */
export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
