import { badSnapshot } from '../kernel/errors.js';
import type { Encoded } from '../store/backing-store.js';
import { read, written, type WrittenFreshness } from './freshness.js';

/*
 * A snapshot file, all numbers little-endian:
 *
 *   "NUTHATCH" | format (1 byte) | length of the header (4) | header (JSON) | CRC-32 of all that (4)
 *   then frames: length (4) | contents | CRC-32 of length and contents, that of the frame before carried on (4)
 *
 * The contents of a frame are a chunk, which is compressed and encrypted where the header says so. The first byte of a chunk is its kind;
 * then come records, or in the last one how many there were. A record is: length (4) | head (JSON) | kind of the value (1) | length (4) | value.
 * What the heads of the first format say is so in all of them; later ones add to their end.
 */

export const MAGIC = Buffer.from('NUTHATCH');
/** What is written. In the first format heads end with the tags. */
export const FORMAT = 2;
export const OLDEST_FORMAT = 1;
/** Magic, format, length of the header. */
export const PREFIX_BYTES = MAGIC.length + 1 + 4;
export const MOST_HEADER_BYTES = 64 * 1024;
export const SUM_BYTES = 4;
/** A chunk is written out when it has reached this. */
export const CHUNK_BYTES = 256 * 1024;
/** What compression and encryption may add to a chunk that does not get smaller. */
export const MOST_WRAPPING_BYTES = 1024 + CHUNK_BYTES / 16;
/** The bytes of a record beside head and value. */
export const RECORD_FRAME_BYTES = 9;

export const chunkKinds = { entries: 1, rows: 2, end: 3 } as const;
export const valueKinds = { text: 0, bytes: 1, wideText: 2 } as const;

/** What stands at the beginning of a file, readable by everybody. */
export interface FileHeader {
  /** A `'snapshot'` is everything, `'warm'` what a cache had in memory when it was closed. */
  readonly content: 'snapshot' | 'warm';
  /** The name of the cache. */
  readonly cache: string;
  readonly takenAt: number;
  readonly codec: string;
  readonly schema: string | null;
  readonly eviction: string;
  readonly writePolicy: string | null;
  readonly entries: number;
  readonly hasRows: boolean;
  /** Whether entries have their values; without, they are in the store. */
  readonly hasValues: boolean;
  readonly gzip: boolean;
  readonly encryption: { readonly salt: string; readonly check: string } | null;
}

/** What stands at the end. */
export interface FileTotals {
  readonly entries: number;
  readonly rows: number;
}

/** What a record says beside its value. */
export type EntryHead = readonly [
  key: string,
  remainingMs: number | null,
  hits: number,
  version: number,
  tags: readonly string[],
  freshness?: WrittenFreshness,
];
/** As {@link EntryHead}, of a row of the store. */
export type RowHead = readonly [
  key: string,
  expiresAt: number | null,
  version: number,
  tags: readonly string[],
  freshUntil?: number,
];

/** @throws CacheError `bad_snapshot` where the text is no header. */
export function parseHeader(text: string): FileHeader {
  const header = parseJson(text);
  if (typeof header !== 'object' || header === null) throw malformed('its header is no object');
  // What comes from a file is nothing until each of its fields is checked.
  const found = header as Partial<Record<keyof FileHeader, unknown>>;
  const wrong = Object.entries(checks).find(([name, check]) => !check(found[name as keyof FileHeader]));
  if (wrong !== undefined) throw malformed(`its header has no good ${wrong[0]}`);
  return header as FileHeader;
}

/** @throws CacheError `bad_snapshot` where the text is no totals. */
export function parseTotals(text: string): FileTotals {
  const totals = parseJson(text);
  if (!Array.isArray(totals) || totals.length !== 2 || !totals.every(isCount))
    throw malformed('its end does not say how much it holds');
  return { entries: Number(totals[0]), rows: Number(totals[1]) };
}

/** @throws CacheError `bad_snapshot` where the text is no head of an entry. */
export function parseEntryHead(text: string): EntryHead {
  const head = parseJson(text);
  if (!Array.isArray(head) || !isBetween(head.length, 5, 6)) throw malformed('an entry has no good head');
  const [key, remainingMs, hits, version, tags, freshness]: readonly unknown[] = head;
  if (!isKey(key) || !isTime(remainingMs) || !isCount(hits) || !isCount(version) || !areTags(tags))
    throw malformed('an entry has no good head');
  if (freshness === undefined) return [key, remainingMs, hits, version, tags];
  const aging = read(freshness);
  if (aging === undefined) throw malformed('an entry has no good head');
  return [key, remainingMs, hits, version, tags, written(aging)];
}

/** @throws CacheError `bad_snapshot` where the text is no head of a row. */
export function parseRowHead(text: string): RowHead {
  const head = parseJson(text);
  if (!Array.isArray(head) || !isBetween(head.length, 4, 5)) throw malformed('a row has no good head');
  const [key, expiresAt, version, tags, freshUntil]: readonly unknown[] = head;
  if (!isKey(key) || !isTime(expiresAt) || !isCount(version) || !areTags(tags))
    throw malformed('a row has no good head');
  if (freshUntil === undefined) return [key, expiresAt, version, tags];
  if (!isTime(freshUntil) || freshUntil === null) throw malformed('a row has no good head');
  return [key, expiresAt, version, tags, freshUntil];
}

/** Says that the file breaks its format, which only somebody who wrote it otherwise can have brought about. */
export function malformed(why: string): Error {
  return badSnapshot(`it is malformed: ${why}`);
}

/** The bytes of a value, and how they are to be read. UTF-8 has no half surrogate pairs. */
export function bytesOf(value: Encoded): readonly [kind: number, bytes: Uint8Array] {
  if (typeof value !== 'string') return [valueKinds.bytes, value];
  // Node 20 has it, the types of ES2023 do not.
  const isWellFormed = (value as string & { isWellFormed(): boolean }).isWellFormed();
  if (isWellFormed) return [valueKinds.text, Buffer.from(value)];
  return [valueKinds.wideText, Buffer.from(value, 'utf16le')];
}

/** @throws CacheError `bad_snapshot` where there is no such kind. */
export function valueOf(kind: number | undefined, bytes: Buffer): Encoded {
  if (kind === valueKinds.text) return bytes.toString('utf8');
  if (kind === valueKinds.wideText) return bytes.toString('utf16le');
  // A copy: the chunk is not to stay in memory for one of its values.
  if (kind === valueKinds.bytes) return Uint8Array.from(bytes);
  throw malformed('a value is of no known kind');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badSnapshot('it is malformed: where JSON should be there is none', error);
  }
}

const isText = (found: unknown): found is string => typeof found === 'string' && found !== '';
export const isKey = isText;
const isBetween = (count: number, least: number, most: number): boolean => count >= least && count <= most;
const isFlag = (found: unknown): found is boolean => typeof found === 'boolean';
const isCount = (found: unknown): found is number => Number.isSafeInteger(found) && Number(found) >= 0;
export const isTime = (found: unknown): found is number | null => found === null || Number.isFinite(found);
export const areTags = (found: unknown): found is readonly string[] =>
  Array.isArray(found) && found.every(isText);

const checks: Readonly<Record<keyof FileHeader, (found: unknown) => boolean>> = {
  content: (found) => found === 'snapshot' || found === 'warm',
  cache: isText,
  takenAt: Number.isFinite,
  codec: (found) => typeof found === 'string',
  schema: (found) => found === null || isText(found),
  eviction: isText,
  writePolicy: (found) => found === null || isText(found),
  entries: isCount,
  hasRows: isFlag,
  hasValues: isFlag,
  gzip: isFlag,
  encryption: (found) => found === null || isEncryption(found),
};

function isEncryption(found: unknown): boolean {
  if (typeof found !== 'object' || found === null) return false;
  const { salt, check } = found as { readonly salt?: unknown; readonly check?: unknown };
  return isText(salt) && isText(check);
}
