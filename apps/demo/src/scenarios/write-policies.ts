import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Cache, createCache, type WritePolicyName } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { formatFactor, formatMs } from './format.js';
import { medianMs } from './measure.js';
import type { Narrator } from './narrator.js';
import type { Scenario, Scene } from './scenario.js';

/** What was in the file and what was not yet, after something was done. */
interface Reading {
  readonly done: string;
  readonly rows: number;
  readonly pending: number;
}

interface Facts {
  readonly readings: readonly Reading[];
  readonly readWhilePending: string | undefined;
  readonly flushedAtClose: number;
  readonly reopened: Readonly<Record<string, string>>;
  readonly integrity: string;
  readonly writeThroughMs: number;
  readonly writeBackMs: number;
}

export const writePolicies: Scenario<Facts> = {
  title: '4  Write-through, write-back, flush',
  idea: 'Gates, in a cache with a SQLite file behind it. No flush comes by itself here (every hour), so that each step can be seen.',

  async play(scene) {
    const { folder, say } = scene;
    const file = join(folder, 'gates.db');
    const cache = await openCache(file, 'writeThrough');
    const readings: Reading[] = [];
    const look = (done: string, remark = ''): void => {
      const reading = { done, rows: countRows(file), pending: cache.metrics().dirty_writes_pending };
      readings.push(reading);
      say.step(done, `rows in the file: ${reading.rows}   pending: ${reading.pending}   ${remark}`);
    };

    await cache.set('ATL-BOS-1', 'B12');
    look('put 1, write-through');
    await cache.swapWritePolicy('writeBack');
    look("swapWritePolicy('writeBack')");
    await cache.setMany(Object.entries({ 'ATL-DFW-1': 'A1', 'ATL-DEN-1': 'C7' }));
    for (const gate of ['D1', 'D2', 'D3']) await cache.set('ATL-ORD-1', gate);
    look('put 2, and a third 3 times', 'one write per key');
    const readWhilePending = await cache.get('ATL-ORD-1');
    say.step('get the third', `${readWhilePending}: what is pending is readable at once`);
    const flushed = await cache.flush();
    look('flush', `${flushed} written`);
    await cache.set('ATL-LGA-1', 'T3');
    look('put 1');
    await cache.swapWritePolicy('writeThrough');
    look("swapWritePolicy('writeThrough')", 'drained first');
    const flushedAtClose = await closeWithPending(cache, say);
    return {
      readings,
      readWhilePending,
      flushedAtClose,
      ...(await reopen(file, scene)),
      ...(await compare(scene)),
    };
  },
};

async function closeWithPending(cache: Cache<string>, say: Narrator): Promise<number> {
  await cache.swapWritePolicy('writeBack');
  await cache.set('ATL-MCO-1', 'T9');
  const { flushed, left } = await cache.close();
  say.step('write-back, put 1, close', `${flushed} written on the way out, ${left} left behind`);
  return flushed;
}

async function reopen(file: string, { say }: Scene): Promise<Pick<Facts, 'reopened' | 'integrity'>> {
  const cache = await openCache(file, 'writeBack');
  const keys = ['ATL-BOS-1', 'ATL-DFW-1', 'ATL-DEN-1', 'ATL-ORD-1', 'ATL-LGA-1', 'ATL-MCO-1'];
  const reopened = Object.fromEntries(await cache.getMany(keys));
  await cache.close();
  const rows = Object.entries(reopened).map(([flight, gate]) => `${flight} ${gate}`);
  say.step('open again, get all', `${rows.length} rows: ${rows.join(', ')}`);
  const integrity = inspect(file, (database) => String(database.pragma('integrity_check', { simple: true })));
  say.step('PRAGMA integrity_check', integrity);
  return { reopened, integrity };
}

async function compare({ folder, say }: Scene): Promise<Pick<Facts, 'writeThroughMs' | 'writeBackMs'>> {
  const time = async (policy: WritePolicyName): Promise<number> => {
    const cache = await openCache(join(folder, `${policy}.db`), policy);
    let count = 0;
    const put = (): Promise<void> => cache.set(`flight:${count++ % 500}`, 'B12');
    const ms = await medianMs(put, { samples: 31, calls: 20 });
    await cache.close();
    return ms;
  };
  const [writeThroughMs, writeBackMs] = [await time('writeThrough'), await time('writeBack')];
  say.gap();
  say.step('a put, write-through', `${formatMs(writeThroughMs)} (median of 31 samples; waits for SQLite)`);
  say.step(
    'a put, write-back',
    `${formatMs(writeBackMs)}, ${formatFactor(writeThroughMs / writeBackMs)} faster`,
  );
  return { writeThroughMs, writeBackMs };
}

function openCache(file: string, writePolicy: WritePolicyName): Promise<Cache<string>> {
  const writeBack = { flushInterval: '1h' };
  return createCache<string>({ name: 'gates', store: sqlite({ file }), writePolicy, writeBack });
}

function countRows(file: string): number {
  const sql = 'SELECT count(*) AS rows FROM entry';
  return inspect(file, (database) => database.prepare<[], { rows: number }>(sql).get()?.rows ?? 0);
}

/** Looks into the file through a connection of its own. */
function inspect<T>(file: string, look: (database: Sqlite.Database) => T): T {
  const database = new Sqlite(file, { readonly: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}
