import type { Codec } from 'nuthatch/engine';

// As `nuthatch/redis` writes an entry whose key and value are ASCII and which is not compressed.
const ENTRY = 0x45;
const VERSION_AT = 18;
const STAMP_AT = 2;
const KEY_LENGTH_AT = 44;
const TAGS_LENGTH_AT = 48;
const EXPIRES_AT = 56;
const FRESH_AT = 64;
const KEY_AT = 72;

/** The key that a record is of; `undefined` where it is no entry. */
export function keyOf(record: Buffer): string | undefined {
  if (record.length < KEY_AT || record[0] !== 1 || record[1] !== ENTRY) return undefined;
  return record.toString('latin1', KEY_AT, KEY_AT + record.readUInt32BE(KEY_LENGTH_AT));
}

/** All that a cache needs to know of an entry, read by hand: what is left out by nobody who must trust what it serves. */
export function decode(record: Buffer, asked: string, codec: Codec): unknown {
  if (record.length < KEY_AT || record[0] !== 1 || record[1] !== ENTRY) return undefined;
  const tagsAt = record.readUInt32BE(KEY_LENGTH_AT);
  const valueAt = tagsAt + record.readUInt32BE(TAGS_LENGTH_AT);
  const texts = record.toString('latin1', KEY_AT);
  const read = {
    key: texts.slice(0, tagsAt),
    value: texts.slice(valueAt),
    stamp: record.toString('latin1', STAMP_AT, VERSION_AT),
    version: record.readDoubleBE(VERSION_AT),
    expiresAt: record.readDoubleBE(EXPIRES_AT),
    freshUntil: record.readDoubleBE(FRESH_AT),
  };
  if (read.key !== asked || read.expiresAt < Date.now()) return undefined;
  return codec.decode(read.value, asked);
}
