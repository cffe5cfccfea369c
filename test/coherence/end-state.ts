import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner } from './cohort.js';
import type { Judge } from './judge.js';
import { ALL } from './keys.js';
import type { Truth } from './truth.js';

/** After so long without a change everybody knows everything, and the tier is in use. */
const SETTLED_MS = 3000;

/** How many keys are not the same everywhere when everything has come to rest. What one has set has to be there for the others, too. */
export async function diverged(runners: readonly Runner[], truth: Truth, judge: Judge): Promise<number> {
  await sleep(SETTLED_MS);
  const wrong = new Set<string>();
  // What memory or the tier has, and then what a loader is asked for where they have nothing.
  for (const how of ['get', 'load'] as const)
    for (const runner of runners) {
      const found = await runner.do({ kind: 'look', how, keys: ALL });
      const isWrong = (key: string, at: number): boolean =>
        found[at] !== truth.read(key) && (how === 'load' || found[at] !== null);
      for (const key of ALL.filter(isWrong)) {
        wrong.add(key);
        const has = `process ${runner.at} has ${found[ALL.indexOf(key)]} of ${key}`;
        const source = `where the source has ${truth.read(key)}: ${truth.lastOf(key)}`;
        judge.violate('diverged', `${has} ${source}`, runner);
        runner.tell({ kind: 'trace', key });
      }
    }
  await assertShared(runners, judge);
  return wrong.size;
}

/** A tier that nobody reads any more would never be wrong. */
async function assertShared(runners: readonly Runner[], judge: Judge): Promise<void> {
  for (const writer of runners) {
    const keys = Array.from({ length: 5 }, (_, at) => `mark:${writer.at}:${at}`);
    await writer.do({ kind: 'mark', keys });
    for (const reader of runners) {
      const found = await reader.do({ kind: 'look', how: 'get', keys });
      const missing = found.filter((version) => version !== 1).length;
      if (missing > 0)
        judge.violate(
          'unshared',
          `process ${reader.at} does not see ${missing} of 5 keys that process ${writer.at} has set`,
          reader,
        );
    }
  }
}
