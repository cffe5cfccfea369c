import type { Row } from '../store/backing-store.js';
import { chunkKinds, malformed, parseTotals } from './file-format.js';
import type { FrameReader } from './frame-reader.js';
import { entriesIn, rowsIn } from './records.js';
import type { SnapshotEntry } from './snapshot.js';

/** A piece of what a file holds. */
export type Batch =
  | { readonly kind: 'entries'; readonly entries: readonly SnapshotEntry[] }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] };

/** What a file holds, piece by piece: the entries, and then the rows. @throws CacheError `bad_snapshot` where it is not as it should be. */
export async function* batchesOf(reader: FrameReader): AsyncGenerator<Batch, void> {
  const counted = { entries: 0, rows: 0 };
  for await (const chunk of reader.chunks()) {
    const batch = batchOf(chunk);
    if (batch === undefined) assertTotals(chunk, counted);
    else {
      count(batch, { counted, hasRows: reader.header.hasRows });
      yield batch;
    }
  }
}

function batchOf(chunk: Buffer): Batch | undefined {
  const [kind] = chunk;
  if (kind === chunkKinds.entries) return { kind: 'entries', entries: [...entriesIn(chunk)] };
  if (kind === chunkKinds.rows) return { kind: 'rows', rows: [...rowsIn(chunk)] };
  if (kind === chunkKinds.end) return undefined;
  throw malformed('a chunk is of no known kind');
}

function count(
  batch: Batch,
  { counted, hasRows }: { readonly counted: { entries: number; rows: number }; readonly hasRows: boolean },
): void {
  if (batch.kind === 'entries' && counted.rows > 0) throw malformed('entries come after rows');
  if (batch.kind === 'rows' && !hasRows)
    throw malformed('it holds rows, and its header says that it does not');
  if (batch.kind === 'entries') counted.entries += batch.entries.length;
  else counted.rows += batch.rows.length;
}

function assertTotals(chunk: Buffer, counted: { readonly entries: number; readonly rows: number }): void {
  const totals = parseTotals(chunk.toString('utf8', 1));
  if (totals.entries === counted.entries && totals.rows === counted.rows) return;
  throw malformed(
    `it should hold ${totals.entries} entries and ${totals.rows} rows, and holds ${counted.entries} and ${counted.rows}`,
  );
}
