import { crc32 } from 'node:zlib';
import { journalUnusable } from '../kernel/errors.js';
import { ByteReader, Bytes, MalformedBytes } from './bytes.js';

/** What stands at the begin of a segment. */
export interface Header {
  /** The cache whose changes these are. */
  readonly namespace: string;
  /** Begins every record of this owner. */
  readonly salt: number;
  /** How much of the segment before this one is good; what may come after that there was never acknowledged. */
  readonly previousEnd: number;
}

/** What was read of the begin of a segment. */
export interface ReadHeader extends Header {
  /** Where records begin. */
  readonly end: number;
}

/** A journal's own; the first three fields are so in every format there will be: magic, format u32, length u32, CRC-32 u32. */
const MAGIC = Buffer.from('NUTJRNL\n', 'latin1');
const FORMAT = 1;
const FORMAT_AT = 8;
const LENGTH_AT = 12;
const CRC_AT = 16;
const PRELUDE_BYTES = 20;

/** A header, twice: one damaged byte there would cost the whole segment. */
export function encodeHeader(header: Header): Buffer {
  const bytes = new Bytes();
  bytes.skip(PRELUDE_BYTES);
  bytes.u32(header.salt);
  bytes.f64(header.previousEnd);
  bytes.value(header.namespace);
  const once = bytes.view();
  MAGIC.copy(once);
  once.writeUInt32LE(FORMAT, FORMAT_AT);
  once.writeUInt32LE(once.length, LENGTH_AT);
  once.writeUInt32LE(checksum(once), CRC_AT);
  return Buffer.concat([once, once]);
}

/** How long the header of a cache is. */
export function headerBytes(namespace: string): number {
  return encodeHeader({ namespace, salt: 0, previousEnd: 0 }).length;
}

/**
 * The header of a segment; `undefined` where it is damaged.
 * @throws CacheError `journal_unusable` for one of a newer format, or of another cache.
 */
export function readHeader(place: string, image: Buffer, namespace: string): ReadHeader | undefined {
  const end = headerBytes(namespace);
  const found = readOnce(place, image) ?? readOnce(place, image.subarray(end / 2));
  if (found === undefined) return undefined;
  if (found.namespace === namespace) return { ...found, end };
  const owner = JSON.stringify(found.namespace);
  throw journalUnusable(
    place,
    `it belongs to the cache ${owner}, and was opened for ${JSON.stringify(namespace)}`,
  );
}

function readOnce(place: string, image: Buffer): Header | undefined {
  if (image.length < PRELUDE_BYTES || !image.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const length = image.readUInt32LE(LENGTH_AT);
  if (length < PRELUDE_BYTES || length > image.length) return undefined;
  const once = image.subarray(0, length);
  if (checksum(once) !== once.readUInt32LE(CRC_AT)) return undefined;
  const format = once.readUInt32LE(FORMAT_AT);
  if (format === FORMAT) return readFields(once);
  throw journalUnusable(
    place,
    `it has format ${format}, and this version reads ${FORMAT}; use the newer version`,
  );
}

function readFields(once: Buffer): Header | undefined {
  const reader = new ByteReader(once.subarray(PRELUDE_BYTES));
  try {
    const [salt, previousEnd] = [reader.u32(), reader.f64()];
    return { salt, previousEnd, namespace: reader.text() };
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

function checksum(once: Buffer): number {
  return crc32(once.subarray(PRELUDE_BYTES), crc32(once.subarray(0, CRC_AT)));
}
