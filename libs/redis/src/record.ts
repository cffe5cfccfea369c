import type { Row, Stamp } from 'nuthatch/engine';

/**
 * What is under a Redis key: a header of fixed length, which the scripts read and write, and after it, for an entry, the envelope. Numbers are big
 * endian; `float64` stands for the numbers of JavaScript, as they are.
 *
 * | at | bytes | what |
 * | -: | -: | :- |
 * | 0 | 1 | {@link FORMAT} |
 * | 1 | 1 | `E`: an entry, `T`: it was deleted, `P`: nothing yet, only a lease |
 * | 2 | 16 | the stamp: the version, and 8 bytes by chance |
 * | 18 | 8 | the version, float64 |
 * | 26 | 8 | the token of who holds the lease, or zeros |
 * | 34 | 8 | until when, as epoch milliseconds of Redis, float64 |
 * | 42 | 1 | 1 where somebody waits for the lease |
 */
export const FORMAT = 1;
export const HEADER_BYTES = 43;
/** Where an entry says when it expires; see envelope.ts. */
export const EXPIRES_AT = 56;
/** How long tokens, and what is added to stamps by chance, are. */
export const CHANCE_BYTES = 8;
const STAMP_AT = 2;
const VERSION_AT = 18;
const LEASE_AT = 26;

/** What the header of a record says. */
export interface Header {
  readonly kind: 'entry' | 'tombstone' | 'placeholder';
  readonly stamp: Stamp;
  readonly version: number;
}

const ENTRY = 0x45;
const KINDS: Readonly<Record<number, Header['kind']>> = {
  [ENTRY]: 'entry',
  0x54: 'tombstone',
  0x50: 'placeholder',
};

/** Reads a header; `undefined` where this is none, or of another format. */
export function headerOf(record: Buffer): Header | undefined {
  if (record.length < HEADER_BYTES || record[0] !== FORMAT) return undefined;
  const kind = KINDS[record[1] ?? 0];
  if (kind === undefined) return undefined;
  return {
    kind,
    stamp: record.toString('latin1', STAMP_AT, VERSION_AT),
    version: record.readDoubleBE(VERSION_AT),
  };
}

/** Writes the header of an entry that nobody has a lease of. @param chance 8 bytes that no other change has. */
export function writeHeader(record: Buffer, version: number, chance: Uint8Array): void {
  record.fill(0, LEASE_AT, HEADER_BYTES);
  record[0] = FORMAT;
  record[1] = ENTRY;
  record.writeDoubleBE(version, STAMP_AT);
  record.set(chance, STAMP_AT + CHANCE_BYTES);
  record.writeDoubleBE(version, VERSION_AT);
}

/** When a row expires, as the scripts take it; empty for never. */
export function expiryOf({ expiresAt = Infinity }: Pick<Row, 'expiresAt'>): string {
  return expiresAt === Infinity ? '' : String(expiresAt);
}
