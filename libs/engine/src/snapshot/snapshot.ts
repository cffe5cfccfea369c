import { crc32 } from 'node:zlib';
import { badSnapshot } from '../kernel/errors.js';
import type { Encoded, Row } from '../store/backing-store.js';
import type { KeptFreshness } from './freshness.js';
import { Pace } from './pace.js';

const FORMAT = 1;

/** An entry of memory in a snapshot. */
export interface SnapshotEntry {
  readonly key: string;
  readonly value: Encoded;
  /** Milliseconds that it had left; `undefined` where it does not expire. */
  readonly remainingMs: number | undefined;
  readonly hits: number;
  readonly version: number;
  readonly tags: readonly string[];
  /** Left out: fresh until it expires. */
  readonly freshness?: KeptFreshness | undefined;
}

/** Everything that a cache held at one moment: deep and immutable. Made by `cache.snapshot()`, for `cache.restore()`. */
export interface Snapshot {
  readonly format: number;
  /** Wall time, as epoch milliseconds. */
  readonly takenAt: number;
  readonly codec: string;
  /** The names of the strategy and of the write policy in charge. */
  readonly eviction: string;
  readonly writePolicy: string | undefined;
  /** What memory held, the next victim first. */
  readonly entries: readonly SnapshotEntry[];
  /** What the store held; `undefined` where there was none. */
  readonly rows: readonly Row[] | undefined;
  /** CRC-32 over all of the above. */
  readonly checksum: number;
}

/** Puts format and checksum to the contents, and freezes them. */
export async function seal(contents: Omit<Snapshot, 'format' | 'checksum'>): Promise<Snapshot> {
  const unsealed = { format: FORMAT, ...contents };
  const checksum = await checksumOf(unsealed, freezeRecord);
  Object.freeze(unsealed.entries);
  if (unsealed.rows !== undefined) Object.freeze(unsealed.rows);
  return Object.freeze({ ...unsealed, checksum });
}

/** @throws CacheError `bad_snapshot` where it is of another format, damaged, or was written by another codec. */
export async function verify(snapshot: Snapshot, codec: string): Promise<void> {
  if (snapshot?.format !== FORMAT)
    throw badSnapshot(`its format is ${String(snapshot?.format)}, this version reads ${FORMAT}`);
  if (!(await isWhole(snapshot)))
    throw badSnapshot('its checksum does not fit: it is damaged, or was changed');
  assertCodec(snapshot, codec);
}

/** @throws CacheError `bad_snapshot` where values were written by another codec than the cache's. */
export function assertCodec(snapshot: { readonly codec: string }, codec: string): void {
  if (snapshot.codec === codec) return;
  throw badSnapshot(`its values were written by the ${snapshot.codec} codec, this cache reads ${codec}`);
}

/** What is not even shaped like a snapshot is damaged, too. */
async function isWhole(snapshot: Snapshot): Promise<boolean> {
  try {
    return (await checksumOf(snapshot, () => undefined)) === snapshot.checksum;
  } catch {
    return false;
  }
}

async function checksumOf(
  { takenAt, codec, eviction, writePolicy, entries, rows }: Omit<Snapshot, 'checksum'>,
  look: (record: SnapshotEntry | Row) => void,
): Promise<number> {
  const pace = new Pace();
  let sum = crc32(JSON.stringify([takenAt, codec, eviction, writePolicy, entries.length, rows?.length]));
  for (const records of [entries, rows ?? []]) {
    for (const record of records) {
      const { value, ...rest } = record;
      sum = crc32(value, crc32(JSON.stringify(rest), sum));
      look(record);
      if (pace.spent(value.length)) await pace.turn();
    }
  }
  return sum;
}

function freezeRecord(record: SnapshotEntry | Row): void {
  Object.freeze(record.tags);
  if ('freshness' in record) Object.freeze(record.freshness);
  Object.freeze(record);
}
