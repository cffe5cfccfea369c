import type { Row } from '../store/backing-store.js';
import type { Capture } from './capture.js';
import { Pace } from './pace.js';
import { seal, type Snapshot, type SnapshotEntry } from './snapshot.js';

/** Writes a capture into a snapshot in memory. */
export async function takeSnapshot(capture: Capture): Promise<Snapshot> {
  const { takenAt, codec, eviction, writePolicy } = capture;
  try {
    const entries = await entriesOf(capture);
    return await seal({ takenAt, codec, eviction, writePolicy, entries, rows: await rowsOf(capture) });
  } finally {
    await capture.end();
  }
}

/** Tags are copied, since they may be the caller's own. */
async function entriesOf(capture: Capture): Promise<SnapshotEntry[]> {
  const pace = new Pace();
  const entries: SnapshotEntry[] = [];
  for (const entry of capture.entries()) {
    entries.push({ ...entry, tags: [...entry.tags] });
    if (pace.spent(entry.value.length)) await pace.turn();
  }
  return entries;
}

/** Copies, since a store may keep the very objects that it answers. */
async function rowsOf({ rows }: Capture): Promise<Row[] | undefined> {
  if (rows === undefined) return undefined;
  const copies: Row[] = [];
  for await (const page of rows) for (const row of page) copies.push({ ...row, tags: [...row.tags] });
  return copies;
}
