import { parseArgs } from 'node:util';
import type { Value } from '../field/contestant.js';
import { type Contestant, contestants } from '../loads/contestants.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';

export const STALE_USAGE = `stale [--json] [--trials N]
  how often the old value is cached after a key was deleted while it was being loaded, and whether the caller of the load still gets an answer`;

interface Row {
  readonly name: string;
  readonly trials: number;
  /** After so many of them the value from before the deletion was in the cache. */
  readonly stale: number;
  /** So many callers who had asked before the deletion got an error. */
  readonly rejected: number;
}

/** Deletes keys while they are loaded, in every library that loads. No race: each step waits for the one before. */
export async function stale(args: readonly string[]): Promise<void> {
  const options = { json: { type: 'boolean', default: false }, trials: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const trials = readCount(values.trials, 200);
  const rows: Row[] = [];
  for (const contestant of contestants) rows.push(await rowOf(contestant, trials));
  if (values.json) console.log(JSON.stringify({ rows }, undefined, 2));
  else console.log(table(rows));
}

async function rowOf(contestant: Contestant, trials: number): Promise<Row> {
  const outcomes = [];
  for (let trial = 0; trial < trials; trial++) outcomes.push(await tryOnce(contestant, `key ${trial}`));
  return {
    name: contestant.name,
    trials,
    stale: outcomes.filter(({ isStale }) => isStale).length,
    rejected: outcomes.filter(({ isRejected }) => isRejected).length,
  };
}

interface Outcome {
  readonly isStale: boolean;
  readonly isRejected: boolean;
}

/** A load reads the old state, the state changes and the key is deleted, and only then does the load come back. */
async function tryOnce({ open }: Contestant, key: string): Promise<Outcome> {
  const state = { id: 1, name: 'a bird' };
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const load = async (): Promise<Value> => {
    const read = { ...state };
    if (read.id === 1) await released;
    return read;
  };
  const cache = await open({ capacity: 10, load });
  const asked = cache.getOrLoad(key, load);
  const settled = asked.then(
    () => false,
    () => true,
  );
  // By now it has read.
  await new Promise((resolve) => setImmediate(resolve));
  state.id = 2;
  await cache.forget(key);
  release();
  const isRejected = await settled;
  await new Promise((resolve) => setImmediate(resolve));
  return { isStale: (await cache.getOrLoad(key, load))?.id === 1, isRejected };
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, trials, stale: old, rejected }) => [
    name,
    `${old} of ${trials}`,
    `${rejected} of ${trials}`,
  ]);
  return markdownTable(['', 'old value cached', 'caller of the load rejected'], lines);
}
