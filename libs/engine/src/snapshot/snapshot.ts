import { crc32 } from 'node:zlib';
import { badSnapshot } from '../kernel/errors.js';
import type { Encoded, Row } from '../store/backing-store.js';

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
export function seal(contents: Omit<Snapshot, 'format' | 'checksum'>): Snapshot {
  const unsealed = { format: FORMAT, ...contents };
  return deepFreeze({ ...unsealed, checksum: checksumOf(unsealed) });
}

/** @throws CacheError `bad_snapshot` where it is of another format, damaged, or was written by another codec. */
export function verify(snapshot: Snapshot, codec: string): void {
  if (snapshot?.format !== FORMAT)
    throw badSnapshot(`its format is ${String(snapshot?.format)}, this version reads ${FORMAT}`);
  if (!isWhole(snapshot)) throw badSnapshot('its checksum does not fit: it is damaged, or was changed');
  if (snapshot.codec !== codec)
    throw badSnapshot(`its values were written by the ${snapshot.codec} codec, this cache reads ${codec}`);
}

/** What is not even shaped like a snapshot is damaged, too. */
function isWhole(snapshot: Snapshot): boolean {
  try {
    return checksumOf(snapshot) === snapshot.checksum;
  } catch {
    return false;
  }
}

function checksumOf({
  takenAt,
  codec,
  eviction,
  writePolicy,
  entries,
  rows,
}: Omit<Snapshot, 'checksum'>): number {
  const heads = JSON.stringify([takenAt, codec, eviction, writePolicy, entries.length, rows?.length]);
  let sum = crc32(heads);
  for (const { value, ...rest } of [...entries, ...(rows ?? [])])
    sum = crc32(value, crc32(JSON.stringify(rest), sum));
  return sum;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && !ArrayBuffer.isView(member))
      deepFreeze(member as object);
  }
  return Object.freeze(value);
}
