import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type EvictionName, evictionStrategies, MemoryCache } from 'nuthatch/engine';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import { SliceClock } from './slice-clock.js';

export const SWAP_USAGE = `swap [--json] [--quick] [--size N] [--from lru]
       swaps caches of 1,000,000 entries (--quick: 100,000) from one strategy to every other, and times the slices`;

interface SwapRow {
  readonly from: string;
  readonly to: string;
  readonly entries: number;
  readonly slices: number;
  /** The longest slice without and with the garbage collector, in milliseconds. */
  readonly longestMs: number;
  readonly longestWithCollectionMs: number;
  readonly totalMs: number;
}

/** Times how long a swap keeps the event loop. */
export async function swap(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      size: { type: 'string' },
      from: { type: 'string', default: 'lru' },
    },
  });
  const entries = readCount(values.size, values.quick ? 100_000 : 1_000_000);
  const others = Object.keys(evictionStrategies).filter((name) => name !== values.from);
  const pairs = others.flatMap((name) => [
    [values.from, name],
    [name, values.from],
  ]);
  const rows: SwapRow[] = [];
  // The names were just listed; a wrong `--from` is refused by the cache.
  for (const [from, to] of pairs)
    rows.push(await timeSwap(from as EvictionName, to as EvictionName, entries));
  console.log(values.json ? JSON.stringify(rows, undefined, 2) : report(rows, entries));
}

async function timeSwap(from: EvictionName, to: EvictionName, entries: number): Promise<SwapRow> {
  const clock = new SliceClock();
  const cache = new MemoryCache<string, number>({ maxItems: entries, eviction: from, clock });
  for (let key = 0; key < entries; key++) cache.set(`user:${key}`, key);
  for (let key = 0; key < entries; key += 3) cache.get(`user:${key}`);
  globalThis.gc?.();
  clock.time(() => cache.swapEviction(to));
  while (clock.isBusy) await setImmediate();
  cache.close();
  const slices = await clock.slices();
  return {
    from,
    to,
    entries,
    slices: slices.length,
    longestMs: Math.max(...slices.map(({ ownMs }) => ownMs)),
    longestWithCollectionMs: Math.max(...slices.map(({ ownMs, collectedMs }) => ownMs + collectedMs)),
    totalMs: slices.reduce((sum, { ownMs }) => sum + ownMs, 0),
  };
}

function report(rows: readonly SwapRow[], entries: number): string {
  const lines = rows.map((row) => [
    row.from,
    row.to,
    String(row.slices),
    row.longestMs.toFixed(1),
    row.longestWithCollectionMs.toFixed(1),
    row.totalMs.toFixed(0),
  ]);
  const head = ['from', 'to', 'slices', 'longest ms', 'with collection', 'in all ms'];
  return `${describeMachine()}\n\nSwaps of ${entries.toLocaleString('en')} entries\n\n${markdownTable(head, lines)}`;
}
