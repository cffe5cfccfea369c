import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createCache } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { openDatabase, upsert } from './contestants.js';
import { type Delay, withDelay } from './delay.js';

const IDLE_MS = 500;
const ROWS_PER_STATEMENT = 50;

/** How everything that is pending gets to the store. */
export interface FlushRound {
  readonly perSecond: number;
  /** The best that can be written by hand: all rows in one transaction, many in a statement. */
  readonly byHandPerSecond: number;
  /** Before anything was flushed. */
  readonly idle: Delay;
  readonly flushing: Delay;
}

/** Writes so many rows in the background, and by hand. */
export async function flushRound(rows: number): Promise<FlushRound> {
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-flush-'));
  try {
    const byHandPerSecond = byHand(folder, rows);
    return { byHandPerSecond, ...(await ours(folder, rows)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ours(folder: string, rows: number): Promise<Omit<FlushRound, 'byHandPerSecond'>> {
  const cache = await createCache({
    codec: 'json',
    maxItems: rows,
    store: sqlite({ file: join(folder, 'back.db') }),
    writePolicy: 'writeBack',
    writeBack: {
      flushInterval: '1h',
      flushCount: 500,
      flushBytes: '1gb',
      maxPending: 2 * rows,
      maxPendingBytes: '1gb',
    },
  });
  const { delay: idle } = await withDelay(() => setTimeout(IDLE_MS));
  // In one call, so that nothing is flushed before everything is pending.
  await cache.setMany(Array.from({ length: rows }, (_, at) => [`item:${at}`, valueOf(at)] as const));
  const startedAt = performance.now();
  const { delay: flushing } = await withDelay(() => cache.flush());
  const seconds = (performance.now() - startedAt) / 1000;
  const { left } = await cache.close(60_000);
  if (left > 0) throw new Error(`${left} writes were not stored`);
  return { perSecond: rows / seconds, idle, flushing };
}

function byHand(folder: string, rows: number): number {
  const database = openDatabase(folder, 'NORMAL');
  const statement = database.prepare(upsert(ROWS_PER_STATEMENT));
  const write = database.transaction(() => {
    for (let from = 0; from < rows; from += ROWS_PER_STATEMENT)
      statement.run(Array.from({ length: ROWS_PER_STATEMENT }, (_, at) => pairOf(from + at)).flat());
  });
  const startedAt = performance.now();
  write();
  const seconds = (performance.now() - startedAt) / 1000;
  database.close();
  return rows / seconds;
}

function pairOf(at: number): readonly [string, string] {
  return [`item:${at}`, JSON.stringify(valueOf(at))];
}

function valueOf(at: number): unknown {
  return { id: at, name: `item number ${at}`, price: at / 100 };
}
