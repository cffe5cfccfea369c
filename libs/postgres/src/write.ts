import type { Row } from 'nuthatch/engine';
import { type Batch, batchOf, deleteValues, isDeletion, partsOf, putValues } from './batch.js';
import type { Database } from './database.js';
import type { Statements } from './sql.js';
import type { Keys } from './text.js';

/** Applies a batch wholly or not at all: in one statement where it only writes or only deletes, else in one transaction. */
export async function write(database: Database, sql: Statements, batch: Batch): Promise<void> {
  const { namespace, changes } = batch;
  if (changes.length === 0) return;
  const deleted = changes.filter(isDeletion).map(({ key }) => key);
  const parts = partsOf(batch);
  if (deleted.length === changes.length) {
    await database.run(sql.delete, deleteValues(batch));
    return;
  }
  if (deleted.length === 0 && parts.length === 1) {
    await database.run(sql.put, putValues(batch));
    return;
  }
  await database.transaction('batch', async (session) => {
    for (const part of parts) await session.run(sql.put, putValues(part));
    if (deleted.length > 0) await session.run(sql.deleteMarked, [namespace, deleted]);
  });
}

/** What {@link replace} puts where. */
export interface Replacement {
  readonly sql: Statements;
  readonly keys: Keys;
  readonly pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
}

/** Gathers rows in a table of this connection, then puts them in the place of the others, while which nobody else writes to the table. */
export async function replace(database: Database, { sql, keys, pages }: Replacement): Promise<void> {
  await database.transaction('bulk', async (session) => {
    await session.run(sql.stage);
    for await (const rows of pages) {
      const batch = batchOf(
        keys,
        Array.from(rows, (row) => ({ type: 'set', row }) as const),
      );
      for (const part of partsOf(batch)) await session.run(sql.putStaged, putValues(part));
    }
    await session.run(sql.lock);
    await session.run(sql.deleteAll, [keys.namespace]);
    await session.run(sql.forget, [keys.namespace]);
    await session.run(sql.moveStaged);
  });
}
