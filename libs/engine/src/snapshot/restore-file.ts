import { badSnapshot } from '../kernel/errors.js';
import type { Row } from '../store/backing-store.js';
import { type Batch, batchesOf } from './file-contents.js';
import type { FileHeader } from './file-format.js';
import { Pace } from './pace.js';
import type { SnapshotParts } from './parts.js';
import { assertStoreFits, Restoration } from './restoration.js';
import type { SnapshotReport } from './save-file.js';
import { assertCodec } from './snapshot.js';
import type { VerifiedFile } from './verify-file.js';

const ROWS_AT_ONCE = 500;

/**
 * Puts what a file holds in the place of everything, or changes nothing. To be called while nobody writes. What has elapsed since it was taken
 * is taken off all lives.
 * @throws CacheError `bad_snapshot`, `bad_value` where the codec cannot read an entry, or what the store throws.
 */
export async function restoreFile<V>(
  parts: SnapshotParts<V>,
  { header, reader, bytes }: VerifiedFile,
): Promise<SnapshotReport> {
  const restoration = new Restoration(parts, elapsedSince(header.takenAt, parts.clock.wallNow()));
  const batches = batchesOf(reader);
  let rows = 0;
  const prepare = (row: Row): Row | undefined => {
    rows++;
    return restoration.row(row, header.takenAt);
  };
  try {
    const first = await addEntries(batches, restoration);
    await parts.store?.replaceAll(pagesOf(first, batches, prepare));
    return { entries: await restoration.commit(), rows, bytes };
  } finally {
    restoration.end();
    await batches.return();
  }
}

/** A wall clock that was set back since tells nothing: lives are then as they were left. */
export function elapsedSince(takenAt: number, wallNow: number): number {
  return Math.max(0, wallNow - takenAt);
}

/** @throws CacheError `bad_snapshot` where the file is not for this cache. */
export function assertRestorable<V>({ codec, store }: SnapshotParts<V>, header: FileHeader): void {
  if (header.content !== 'snapshot')
    throw badSnapshot('it holds only what a cache had in memory, for warmStart');
  assertCodec(header, String(codec.name));
  assertStoreFits(store, header.hasRows);
}

/** Adds the entries; answers the first rows, which come after them, if there are any. */
async function addEntries<V>(
  batches: AsyncIterator<Batch, void>,
  restoration: Restoration<V>,
): Promise<readonly Row[]> {
  const pace = new Pace();
  for (;;) {
    const next = await batches.next();
    if (next.done === true) return [];
    if (next.value.kind === 'rows') return next.value.rows;
    for (const entry of next.value.entries) {
      restoration.add(entry);
      if (pace.spent(entry.value.length)) await pace.turn();
    }
  }
}

async function* pagesOf(
  first: readonly Row[],
  batches: AsyncIterable<Batch>,
  prepare: (row: Row) => Row | undefined,
): AsyncGenerator<readonly Row[], void> {
  yield* pagesIn(first, prepare);
  for await (const batch of batches) if (batch.kind === 'rows') yield* pagesIn(batch.rows, prepare);
}

function* pagesIn(
  rows: readonly Row[],
  prepare: (row: Row) => Row | undefined,
): Generator<readonly Row[], void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const page = rows.slice(from, from + ROWS_AT_ONCE);
    yield page.map(prepare).filter((row) => row !== undefined);
  }
}
