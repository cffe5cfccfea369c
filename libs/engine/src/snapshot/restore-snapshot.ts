import type { Row } from '../store/backing-store.js';
import { Pace } from './pace.js';
import type { SnapshotParts } from './parts.js';
import { assertStoreFits, Restoration } from './restoration.js';
import { type Snapshot, verify } from './snapshot.js';

const ROWS_AT_ONCE = 500;

/**
 * Puts a snapshot in the place of everything, or changes nothing. To be called while nobody writes. Entries and rows have the lives that they had
 * left when it was taken.
 * @throws CacheError `bad_snapshot`, or what the store throws.
 */
export async function restoreSnapshot<V>(parts: SnapshotParts<V>, snapshot: Snapshot): Promise<number> {
  const restoration = new Restoration(parts, 0);
  try {
    await verify(snapshot, parts.codec.name);
    assertStoreFits(parts.store, snapshot.rows !== undefined);
    const pace = new Pace();
    for (const entry of snapshot.entries) {
      restoration.add(entry);
      if (pace.spent(entry.value.length)) await pace.turn();
    }
    await parts.store?.replaceAll(pagesOf(snapshot, restoration));
    return await restoration.commit();
  } finally {
    restoration.end();
  }
}

async function* pagesOf<V>(
  { rows = [], takenAt }: Snapshot,
  restoration: Restoration<V>,
): AsyncGenerator<readonly Row[], void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const page = rows.slice(from, from + ROWS_AT_ONCE);
    yield page.map((row) => restoration.row(row, takenAt)).filter((row) => row !== undefined);
  }
}
