import { expect, it } from '@jest/globals';
import type { AppProcess } from './app-process.js';
import { LEASE_MS } from './app.js';
import type { Cast } from './cast.js';

const CALLERS = 250;
const LOAD_MS = 200;
/** What the promise allows beyond the lease. */
const ALLOWED_MS = 500;
/** How much later a machine may be that has other work to do. */
const SLACK_MS = 1500;

/** Registers tests of how often a key is loaded that all processes want at once. */
export function itLoadsOnce(cast: () => Cast): void {
  it(`asks the loader once for 4 x ${CALLERS} callers of one cold key`, async () => {
    const { all } = cast();
    const counted = await countLoads(all, () =>
      Promise.all(all.map((each) => each.ask('crowd', 'cold/1', CALLERS))),
    );
    expect(counted.loads).toBe(1);
    expect(counted.done.flatMap(({ names }) => names)).toEqual(all.map(() => 'loaded'));
  });

  it('asks the loader once in each process at most, where no lease is asked for', async () => {
    const { all } = cast();
    const { loads } = await countLoads(all, () =>
      Promise.all(all.map((each) => each.ask('crowdAlone', 'cold/2', CALLERS))),
    );
    expect(loads).toBeGreaterThanOrEqual(1);
    expect(loads).toBeLessThanOrEqual(all.length);
  });
}

/** Registers a test that kills a process. */
export function itLoadsOnceMoreAfterAKill(cast: () => Cast): void {
  it('loads once more where the process is killed that loads, and nobody waits longer than the lease', async () => {
    const { all } = cast();
    const killed = new Promise<AppProcess>((resolve) => {
      for (const each of all)
        each.loading = () => {
          each.loading = () => undefined;
          resolve(each);
        };
    });
    await Promise.all(all.map((each) => each.ask('slow', 60_000)));
    const crowds = all.map((each) => ({ each, done: each.ask('crowd', 'cold/3', CALLERS) }));
    for (const { done } of crowds) done.catch(() => undefined);
    const holder = await killed;
    const left = all.filter((each) => each !== holder);
    const before = await loadsOf(left);
    await Promise.all([holder.kill(), ...left.map((each) => each.ask('slow', 0))]);
    const ended = await Promise.all(crowds.filter(({ each }) => each !== holder).map(({ done }) => done));
    expect((await loadsOf(left)) - before).toBe(1);
    expect(ended.flatMap(({ names }) => names)).toEqual(left.map(() => 'loaded'));
    expect(Math.max(...ended.map(({ slowestMs }) => slowestMs))).toBeLessThan(
      LEASE_MS + ALLOWED_MS + SLACK_MS,
    );
  });
}

async function countLoads<T>(
  all: readonly AppProcess[],
  run: () => Promise<T>,
): Promise<{ readonly loads: number; readonly done: T }> {
  await Promise.all(all.map((each) => each.ask('slow', LOAD_MS)));
  const before = await loadsOf(all);
  const done = await run();
  return { loads: (await loadsOf(all)) - before, done };
}

async function loadsOf(all: readonly AppProcess[]): Promise<number> {
  return (await Promise.all(all.map((each) => each.ask('loads')))).reduce((sum, loads) => sum + loads, 0);
}
