/**
 * What is to be said of a write-ahead log before SQLite reads it. SQLite stops at the first frame whose checksum is wrong, and takes what
 * comes behind it for nothing, without a word: right where a process died while it wrote, and a loss where a bit has flipped.
 *
 * The format: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export type LogState =
  | { readonly kind: 'whole' }
  /** `'torn'`: what was written last is not complete. `'damaged'`: changes behind it are. Offsets of bytes, the last one excluded. */
  | { readonly kind: 'torn' | 'damaged'; readonly from: number; readonly to: number };

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

/** A running checksum of SQLite's kind. */
interface Sum {
  readonly first: number;
  readonly second: number;
}

interface Header {
  readonly littleEndian: boolean;
  readonly frameBytes: number;
  readonly salts: readonly [number, number];
  readonly sum: Sum;
}

const WHOLE: LogState = { kind: 'whole' };

/** Looks at the bytes of a write-ahead log that nobody is writing to. */
export function inspectLog(log: Buffer): LogState {
  if (log.length <= HEADER_BYTES) return log.length === 0 ? WHOLE : tornIfUnreadable(log);
  const header = readHeader(log);
  if (header === undefined) return { kind: 'damaged', from: 0, to: log.length };
  const from = endOfChain(log, header);
  return from >= log.length ? WHOLE : judgeRest(log, header, from);
}

/** A log is begun with its header alone. */
function tornIfUnreadable(log: Buffer): LogState {
  const isReadable = log.length === HEADER_BYTES && readHeader(log) !== undefined;
  return isReadable ? WHOLE : { kind: 'torn', from: 0, to: log.length };
}

function readHeader(log: Buffer): Header | undefined {
  const magic = log.readUInt32BE(0);
  const pageBytes = log.readUInt32BE(8);
  if ((magic & ~1) >>> 0 !== MAGIC || pageBytes < 512 || pageBytes > 65536) return undefined;
  const littleEndian = (magic & 1) === 0;
  const sum = add({ first: 0, second: 0 }, log.subarray(0, 24), littleEndian);
  if (!isAt(log, 24, sum)) return undefined;
  const salts = [log.readUInt32BE(16), log.readUInt32BE(20)] as const;
  return { littleEndian, frameBytes: FRAME_HEADER_BYTES + pageBytes, salts, sum };
}

/** Where the frames end that SQLite will take: each checksum goes on from the one before. */
function endOfChain(log: Buffer, { littleEndian, frameBytes, salts, sum }: Header): number {
  let at = HEADER_BYTES;
  for (let last = sum; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 8) !== salts[0] || log.readUInt32BE(at + 12) !== salts[1]) break;
    last = add(last, log.subarray(at, at + 8), littleEndian);
    last = add(last, log.subarray(at + FRAME_HEADER_BYTES, at + frameBytes), littleEndian);
    if (!isAt(log, at + 16, last)) break;
  }
  return at;
}

/**
 * A log is used again from its start under other salts, so that what is behind its end is usually older. A frame of the same salts is not:
 * it was not written to its end, or taken back, or is damaged; a commit behind it tells which.
 */
function judgeRest(log: Buffer, { frameBytes, salts }: Header, from: number): LogState {
  let to = from;
  let isCommitted = false;
  for (let at = from; at + FRAME_HEADER_BYTES <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 8) !== salts[0] && log.readUInt32BE(at + 12) !== salts[1]) continue;
    to = Math.min(at + frameBytes, log.length);
    isCommitted ||= at > from && log.readUInt32BE(at + 4) !== 0;
  }
  if (to === from) return WHOLE;
  return { kind: isCommitted ? 'damaged' : 'torn', from, to };
}

function add({ first, second }: Sum, bytes: Buffer, littleEndian: boolean): Sum {
  let [s0, s1] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) + s1) >>> 0;
    s1 = (s1 + (littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4)) + s0) >>> 0;
  }
  return { first: s0, second: s1 };
}

function isAt(log: Buffer, at: number, { first, second }: Sum): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}
