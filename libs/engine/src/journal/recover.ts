import type { JournalRecord } from '../write/journal.js';
import { headerBytes, readHeader, type ReadHeader } from './header.js';
import type { Entry, Found, Run } from './record.js';
import { scan } from './scan.js';

/** A segment as it was found on disk. */
export interface SegmentImage {
  readonly number: number;
  readonly path: string;
  readonly image: Buffer;
}

/** Bytes that could not be read. */
export interface Damage {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** What is there; none where bytes are missing. */
  readonly bytes: Buffer;
  /** Whether this can be what a process leaves that ends while it writes: nothing of it was acknowledged then. */
  readonly isTorn: boolean;
}

/** What the segments of an owner hold. */
export interface Recovery {
  /** What was not released, the oldest first. */
  readonly records: readonly JournalRecord[];
  readonly damages: readonly Damage[];
}

interface Part extends SegmentImage {
  readonly header: ReadHeader | undefined;
  /** How far it goes: what follows was given up by its owner. */
  readonly end: number;
}

/**
 * Reads the segments of one owner, in their order.
 * @throws CacheError `journal_unusable` for a newer format, or another cache.
 */
export function recover(segments: readonly SegmentImage[], namespace: string): Recovery {
  const parts = partsOf(segments, namespace);
  const records = new Records();
  const damages: Damage[] = [];
  for (const [index, part] of parts.entries()) {
    const previous = parts[index - 1];
    damages.push(...gapBefore(part, previous));
    damages.push(...readPart(part, records, index === parts.length - 1));
  }
  return { records: records.left(), damages };
}

function partsOf(segments: readonly SegmentImage[], namespace: string): Part[] {
  const headers = segments.map(({ path, image }) => readHeader(path, image, namespace));
  const parts = segments.map((segment, index) => {
    const isFollowed = segments[index + 1]?.number === segment.number + 1;
    const end = isFollowed ? headers[index + 1]?.previousEnd : undefined;
    return { ...segment, header: headers[index], end: end ?? segment.image.length };
  });
  // A last one without a whole header was being made when its owner ended: nothing has been written to it.
  const last = parts.at(-1);
  const isUnborn = last?.header === undefined && (last?.image.length ?? 0) <= headerBytes(namespace);
  return isUnborn ? parts.slice(0, -1) : parts;
}

function gapBefore(part: Part, previous: Part | undefined): Damage[] {
  if (previous === undefined || part.number === previous.number + 1) return [];
  const path = `the segment before ${part.path}`;
  return [{ path, from: 0, to: part.header?.previousEnd ?? 0, bytes: Buffer.alloc(0), isTorn: false }];
}

function readPart(part: Part, records: Records, isLast: boolean): Damage[] {
  const { image, header, path } = part;
  const lost = (from: number, to: number, isTorn: boolean): Damage =>
    ({ path, from, to, bytes: image.subarray(from, to), isTorn }); // prettier-ignore
  if (header === undefined) return [lost(0, part.end, false)];
  const end = Math.min(part.end, image.length);
  const damages: Damage[] = [];
  const entries: (Found & { readonly from: number })[] = [];
  for (const piece of scan({ image, end, salt: header.salt }, header.end)) {
    if (piece.kind === 'damage') damages.push(lost(piece.from, piece.to, false));
    else entries.push(piece);
  }
  for (const { entry } of entries) records.take(entry);
  if (end < part.end) damages.push(lost(end, part.end, false));
  return isLast ? damages.map((damage) => ({ ...damage, isTorn: isTorn(damage, entries) })) : damages;
}

/** One write at a time is on its way: what follows a torn place is of the very write that was torn. */
function isTorn({ from }: Damage, entries: readonly (Found & { readonly from: number })[]): boolean {
  return entries.every(
    (entry) =>
      entry.from < from || (entry.groupFrom <= from && entry.groupFrom === entries.at(-1)?.groupFrom),
  );
}

/** What is left when everything that was told is taken together. */
class Records {
  readonly #changes = new Map<number, Extract<Entry, { kind: 'change' }>>();
  readonly #deaths = new Map<number, Extract<Entry, { kind: 'death' }>>();

  take(entry: Entry): void {
    if (entry.kind === 'change') this.#changes.set(entry.sequence, entry);
    else if (entry.kind === 'death') this.#deaths.set(entry.sequence, entry);
    else for (const run of entry.runs) this.#release(run);
  }

  #release({ from, count }: Run): void {
    for (let step = 0; step < count; step++) this.#changes.delete(from + step);
  }

  left(): JournalRecord[] {
    return [...this.#changes.values()]
      .sort((one, other) => one.sequence - other.sequence)
      .map(({ sequence, operation }) => ({ sequence, operation, death: this.#deaths.get(sequence)?.death }));
  }
}
