import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cache, createCache, type SaveSnapshotOptions, type WarmStartOptions } from 'nuthatch/engine';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import { type Observed, observe } from './observe.js';

export const SNAPSHOT_USAGE = `snapshot [--json] [--quick] [--size N] [--only plain,compressed,encrypted]
       saves a cache of 1,000,000 entries (--quick: 100,000) to a file, restores it, and starts warm from it: plain, compressed, encrypted`;

interface Row {
  readonly way: string;
  readonly entries: number;
  readonly fileBytes: number;
  /** What the cache takes itself. */
  readonly cacheBytes: number;
  readonly save: Observed;
  readonly restore: Observed;
  /** From the opening of a cache until what its predecessor had in memory is there. */
  readonly warm: Observed;
}

/** How long closing may take. */
const PATIENCE_MS = 10 * 60_000;
const ACTS = { save: 'save', restore: 'restore', warm: 'warm start' } as const;

const WAYS: Readonly<Record<string, SaveSnapshotOptions>> = {
  plain: {},
  compressed: { gzip: true },
  encrypted: { encryptionKey: new Uint8Array(32).fill(7) },
};

/** Times how long a snapshot takes, what it takes beside the cache, and how long it keeps the event loop. */
export async function snapshot(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      size: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const entries = readCount(values.size, values.quick ? 100_000 : 1_000_000);
  const ways = values.only?.split(',') ?? Object.keys(WAYS);
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-bench-'));
  const rows: Row[] = [];
  try {
    for (const way of ways) rows.push(await measure(way, entries, join(folder, `${way}.snapshot`)));
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(values.json ? JSON.stringify(rows, undefined, 2) : report(rows, entries));
}

async function measure(way: string, entries: number, file: string): Promise<Row> {
  const options = WAYS[way];
  if (options === undefined) throw new Error(`there is no way ${way}, only ${Object.keys(WAYS).join(', ')}`);
  const { gzip, ...restoring } = options;
  const before = bytesInUse();
  const from = await open(entries);
  for (let n = 0; n < entries; n++) await from.set(`user:${n}`, userOf(n));
  const cacheBytes = bytesInUse() - before;
  let fileBytes = 0;
  const save = await observe(async () => {
    fileBytes = (await from.saveSnapshot(file, { ...restoring, gzip })).bytes;
  });
  await from.close();
  const to = await open(entries);
  const restore = await observe(async () => void (await to.restoreSnapshot(file, restoring)));
  if (to.size !== entries) throw new Error(`${to.size} of ${entries} entries came back`);
  const warm = await measureWarmStart(to, { ...options, file: `${file}.warm` });
  return { way, entries, fileBytes, cacheBytes, save, restore, warm };
}

/** @param filled is closed. */
async function measureWarmStart(filled: Cache<object>, warmStart: WarmStartOptions): Promise<Observed> {
  const entries = filled.size;
  const from = await open(entries, warmStart);
  for (const [key, value] of filled.entries()) await from.set(key, value);
  await filled.close();
  // What is not saved in time is not brought back.
  await from.close(PATIENCE_MS);
  let to: Cache<object> | undefined;
  const warm = await observe(async () => {
    to = await open(entries, warmStart);
    await to.whenWarm();
  });
  if (to?.size !== entries) throw new Error(`${to?.size} of ${entries} entries came back`);
  await to.close();
  return warm;
}

function open(entries: number, warmStart?: WarmStartOptions): Promise<Cache<object>> {
  return createCache<object>({ maxItems: entries, eviction: 'lru', ...(warmStart && { warmStart }) });
}

function userOf(n: number): object {
  return {
    id: n,
    name: `user ${n}`,
    mail: `user-${n}@example.com`,
    seenAt: new Date(n),
    isActive: n % 3 === 0,
  };
}

function bytesInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function report(rows: readonly Row[], entries: number): string {
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const lines = rows.flatMap((row) =>
    (Object.keys(ACTS) as (keyof typeof ACTS)[]).map((act) => [
      `${ACTS[act]}, ${row.way}`,
      Math.round((entries / row[act].ms) * 1000).toLocaleString('en'),
      (row[act].cpuMs / 1000).toFixed(1),
      row[act].longestPauseMs.toFixed(0),
      megabytes(row[act].peakBytes),
      megabytes(row.cacheBytes),
      megabytes(row.fileBytes),
    ]),
  );
  const head = ['', 'entries a second', 'CPU s', 'longest pause ms', 'peak MB beside', 'cache MB', 'file MB'];
  const title = `Snapshot files of ${entries.toLocaleString('en')} entries`;
  return `${describeMachine()}\n\n${title}\n\n${markdownTable(head, lines)}`;
}
