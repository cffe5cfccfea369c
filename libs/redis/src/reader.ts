import type { Clock, Row, TierContext, TierRead } from 'nuthatch/engine';
import { decodeRow, isPacked, type Packed, unpack } from './envelope.js';
import { messageOf, unreadable } from './errors.js';
import { headerOf } from './record.js';

/** What is read where nothing is. */
export const NOTHING: TierRead = { row: undefined, stamp: '', version: 0 };

/** A record of damage is reported again after this. */
const REPORT_EVERY_MS = 1000;
const MOST_REPORTS = 1000;

/** What was read: most of it is there at once, and a promise for each would take longer than the reading. */
export type Reading =
  | { readonly read: TierRead; readonly later?: undefined }
  | { readonly read?: undefined; readonly later: Promise<TierRead> };

/** Reads records. One that cannot be read is a miss, which is reported and may be overwritten; it is no failure of those beside it. */
export class RecordReader {
  readonly #clock: Clock;
  readonly #failed: TierContext['failed'];
  readonly #reportedAt = new Map<string, number>();

  constructor({ clock, failed }: Pick<TierContext, 'clock' | 'failed'>) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** What a record says of `key`, or a promise of it where the value has to be expanded. */
  read(record: Buffer | null, key: string): Reading {
    if (record === null || record.length === 0) return { read: NOTHING };
    const header = headerOf(record);
    if (header === undefined) return { read: this.#damaged(key, 'it is of another format', NOTHING) };
    const { kind, stamp, version } = header;
    if (kind !== 'entry') return { read: { row: undefined, stamp, version } };
    try {
      const packed = decodeRow(record, header, key);
      if (!isPacked(packed.flags)) return { read: { row: packed.row, stamp, version } };
      return { later: this.#expand(packed, { row: undefined, stamp, version }) };
    } catch (error) {
      return { read: this.#damaged(key, messageOf(error), { row: undefined, stamp, version }) };
    }
  }

  /** The entry in a record of which only the key of Redis is known. */
  async readFound(record: Buffer | null, redisKey: string): Promise<Row | undefined> {
    const header = record === null ? undefined : headerOf(record);
    if (record === null || header?.kind !== 'entry') return undefined;
    try {
      return await rowOf(decodeRow(record, header));
    } catch (error) {
      this.#damaged(redisKey, messageOf(error), NOTHING);
      return undefined;
    }
  }

  async #expand(packed: Packed, read: TierRead): Promise<TierRead> {
    try {
      return { ...read, row: await unpack(packed) };
    } catch (error) {
      return this.#damaged(packed.row.key, messageOf(error), read);
    }
  }

  #damaged(key: string, why: string, read: TierRead): TierRead {
    const now = this.#clock.now();
    if (now - (this.#reportedAt.get(key) ?? -Infinity) < REPORT_EVERY_MS) return read;
    // Forgetting reports means that some are made again.
    if (this.#reportedAt.size >= MOST_REPORTS) this.#reportedAt.clear();
    this.#reportedAt.set(key, now);
    this.#failed('read', unreadable(key, why));
    return read;
  }
}

async function rowOf(packed: Packed): Promise<Row> {
  return isPacked(packed.flags) ? unpack(packed) : packed.row;
}
