import type { Row } from 'nuthatch/engine';
import { type Compression, type CompressionName, compressed, expanded } from './compression.js';
import { notEncoded } from './errors.js';
import { isWellFormed } from './keys.js';
import { EXPIRES_AT, HEADER_BYTES, type Header, writeHeader } from './record.js';

/**
 * What an entry has after its header; the value is what remains.
 *
 * | at | bytes | what |
 * | -: | -: | :- |
 * | 43 | 1 | flags, see below |
 * | 44 | 4 | length of the key, UTF-8 |
 * | 48 | 4 | length of the tags, with a zero between them |
 * | 52 | 4 | where the value is compressed, its length before |
 * | 56 | 8 | when it expires, float64; NaN for never |
 * | 64 | 8 | until when it is fresh, float64; NaN where that is not said |
 * | 72 | | key, tags, value |
 */
const FLAGS_AT = HEADER_BYTES;
const KEY_LENGTH_AT = 44;
const TAGS_LENGTH_AT = 48;
const SIZE_AT = 52;
const FRESH_AT = 64;
const KEY_AT = 72;

const TEXT = 1;
const GZIP = 2;
const ZSTD = 4;
/** Half of a surrogate pair is no UTF-8: such a key is written as JSON, such a text in UTF-16. */
const KEY_IN_JSON = 8;
const IN_UTF16 = 16;
/** Where a zero between them would not do. */
const TAGS_IN_JSON = 32;
/** All of the text has one byte a character, so that it can be read in one go. */
const ASCII = 64;
const KNOWN_FLAGS = 127;

/** Small buffers are parts of larger ones: of what was received at once, or of the pool of Node. */
const MOST_KEPT_ALIVE = 4;

/** A value as it is written. */
interface Payload {
  readonly content: string | Uint8Array;
  readonly bytes: number;
  readonly flags: number;
  readonly size: number;
}

/** An entry whose value may still be compressed. */
export interface Packed {
  readonly row: Row;
  readonly flags: number;
  readonly size: number;
}

/**
 * A row as it is written to Redis; a promise of it where it has to be compressed. @param chance 8 bytes that no other change has.
 * @throws CacheError `bad_value` where the row carries something else than text or bytes.
 */
export function encodeRow(
  row: Row,
  chance: Uint8Array,
  compression: Compression | undefined,
): Buffer | Promise<Buffer> {
  const plain = payloadOf(row.value);
  if (compression === undefined || plain.bytes < compression.aboveBytes) return assemble(row, chance, plain);
  return pack(plain, compression).then((packed) => assemble(row, chance, packed));
}

/** @param asked the key that it has to be of; any where left out. @throws Error saying what is wrong with the record. */
export function decodeRow(record: Buffer, { version }: Header, asked?: string): Packed {
  const { flags, tagsAt, valueAt } = placesIn(record);
  const isWhole = (flags & ASCII) !== 0 && !isPacked(flags);
  const texts = isWhole ? record.toString('latin1', KEY_AT) : undefined;
  const row: Row = {
    key: keyIn(textIn(record, texts, [KEY_AT, tagsAt]), flags, asked),
    value: texts?.slice(valueAt - KEY_AT) ?? contentOf(record, valueAt, flags),
    expiresAt: timeAt(record, EXPIRES_AT),
    version,
    tags: tagsAt === valueAt ? [] : tagsIn(textIn(record, texts, [tagsAt, valueAt]), flags),
    freshUntil: timeAt(record, FRESH_AT),
  };
  return { row, flags, size: record.readUInt32BE(SIZE_AT) };
}

/** Whether the value has to be expanded first. */
export function isPacked(flags: number): boolean {
  return (flags & (GZIP | ZSTD)) !== 0;
}

/** @throws Error saying what is wrong with the value. */
export async function unpack({ row, flags, size }: Packed): Promise<Row> {
  const name: CompressionName = (flags & GZIP) === 0 ? 'zstd' : 'gzip';
  // What is packed is bytes: `decodeRow` has taken them out of the record.
  const bytes = await expanded(row.value as Uint8Array, name, size);
  return { ...row, value: plainOf(bytes, 0, flags) };
}

function payloadOf(value: unknown): Payload {
  if (typeof value !== 'string') {
    if (!ArrayBuffer.isView(value)) throw notEncoded(value);
    const content = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { content, bytes: content.length, flags: 0, size: 0 };
  }
  if (isWellFormed(value)) return { content: value, bytes: Buffer.byteLength(value), flags: TEXT, size: 0 };
  const content = Buffer.from(value, 'utf16le');
  return { content, bytes: content.length, flags: TEXT | IN_UTF16, size: 0 };
}

async function pack(plain: Payload, compression: Compression): Promise<Payload> {
  const { content, bytes, flags } = plain;
  const smaller = await compressed(
    typeof content === 'string' ? Buffer.from(content) : content,
    compression.name,
  );
  if (smaller === undefined) return plain;
  const flag = compression.name === 'gzip' ? GZIP : ZSTD;
  return { content: smaller, bytes: smaller.length, flags: flags | flag, size: bytes };
}

function assemble(row: Row, chance: Uint8Array, { content, bytes, flags, size }: Payload): Buffer {
  const { key, tags, version, expiresAt = NaN, freshUntil = NaN } = row;
  const [keyText, keyFlag] = isWellFormed(key) ? [key, 0] : [JSON.stringify(key), KEY_IN_JSON];
  const [tagsText, tagsFlag] = textOfTags(tags);
  const tagsAt = KEY_AT + Buffer.byteLength(keyText);
  const valueAt = tagsAt + Buffer.byteLength(tagsText);
  const record = Buffer.allocUnsafe(valueAt + bytes);
  const characters = keyText.length + tagsText.length + (typeof content === 'string' ? content.length : NaN);
  writeHeader(record, version, chance);
  record[FLAGS_AT] = flags | keyFlag | tagsFlag | (characters === record.length - KEY_AT ? ASCII : 0);
  record.writeUInt32BE(tagsAt - KEY_AT, KEY_LENGTH_AT);
  record.writeUInt32BE(valueAt - tagsAt, TAGS_LENGTH_AT);
  record.writeUInt32BE(size, SIZE_AT);
  record.writeDoubleBE(expiresAt, EXPIRES_AT);
  record.writeDoubleBE(freshUntil, FRESH_AT);
  record.write(keyText + tagsText, KEY_AT);
  if (typeof content === 'string') record.write(content, valueAt);
  else record.set(content, valueAt);
  return record;
}

function textOfTags(tags: readonly string[]): [text: string, flag: number] {
  const text = tags.join('\0');
  const isPlain = text.split('\0').length === tags.length && isWellFormed(text) && text !== '';
  return tags.length === 0 || isPlain ? [text, 0] : [JSON.stringify(tags), TAGS_IN_JSON];
}

function contentOf(bytes: Buffer, start: number, flags: number): Row['value'] {
  if (isPacked(flags)) return bytes.subarray(start);
  return plainOf(bytes, start, flags);
}

function plainOf(bytes: Buffer, start: number, flags: number): Row['value'] {
  if ((flags & TEXT) !== 0) return bytes.toString((flags & IN_UTF16) === 0 ? 'utf8' : 'utf16le', start);
  const value = bytes.subarray(start);
  // A small part would keep all that came with it in memory.
  return value.length * MOST_KEPT_ALIVE < value.buffer.byteLength ? new Uint8Array(value) : value;
}

/** What is where in a record. */
function placesIn(record: Buffer): {
  readonly flags: number;
  readonly tagsAt: number;
  readonly valueAt: number;
} {
  if (record.length < KEY_AT) throw new Error('it ends too early');
  const flags = record[FLAGS_AT] ?? 0;
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new Error('it has flags that are not known');
  const tagsAt = KEY_AT + record.readUInt32BE(KEY_LENGTH_AT);
  const valueAt = tagsAt + record.readUInt32BE(TAGS_LENGTH_AT);
  if (valueAt > record.length) throw new Error('it ends too early');
  return { flags, tagsAt, valueAt };
}

function keyIn(text: string, flags: number, asked: string | undefined): string {
  const key = (flags & KEY_IN_JSON) === 0 ? text : parse(text);
  if (typeof key === 'string' && (asked === undefined || key === asked)) return key;
  throw new Error('it is of another key');
}

/** @param texts all of them, where they have been read in one go, which is faster. */
function textIn(record: Buffer, texts: string | undefined, [start, end]: readonly [number, number]): string {
  return texts === undefined
    ? record.toString('utf8', start, end)
    : texts.slice(start - KEY_AT, end - KEY_AT);
}

function timeAt(record: Buffer, at: number): number | undefined {
  const time = record.readDoubleBE(at);
  return Number.isNaN(time) ? undefined : time;
}

function tagsIn(text: string, flags: number): readonly string[] {
  if ((flags & TAGS_IN_JSON) === 0) return text.split('\0');
  const tags: unknown = parse(text);
  if (Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string')) return tags;
  throw new Error('its tags are no list of texts');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is damaged');
  }
}
