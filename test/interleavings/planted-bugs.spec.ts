import fc from 'fast-check';
import { Invalidations } from '../../libs/engine/src/invalidation/invalidations.js';
import { Fences } from '../../libs/engine/src/load/fence.js';
import { LoadTask } from '../../libs/engine/src/load/load-task.js';
import { interleaving } from './interleave.js';
import { SEED } from './runs.js';
import { type Scenario, scenarios } from './scenarios.js';

const RUNS = 2000;
/** Where a load that is under way is often invalidated, and asked for again. */
const CROWDED: Scenario = {
  name: 'loads and invalidations',
  weights: { load: 8, get: 2, invalidateTags: 3, bumpVersion: 3 },
};

/** Takes something out, and answers how to put it back. */
type Plant = () => () => void;

const plants: Readonly<Record<string, Plant>> = {
  'a fence always holds': () => {
    const { enter } = Fences.prototype;
    Fences.prototype.enter = function enterNothing(this: Fences, ...args) {
      const fence = enter.apply(this, args);
      return { holds: () => true, release: () => fence.release() };
    };
    return () => (Fences.prototype.enter = enter);
  },
  'a load that was invalidated is joined': () => {
    const { isCurrent } = LoadTask.prototype;
    LoadTask.prototype.isCurrent = () => true;
    return () => (LoadTask.prototype.isCurrent = isCurrent);
  },
  'nothing is ever invalid': () => {
    const { isCurrent } = Invalidations.prototype;
    Invalidations.prototype.isCurrent = () => true;
    return () => (Invalidations.prototype.isCurrent = isCurrent);
  },
};

const cases = [
  ['memory alone', 'a fence always holds'],
  ['a cache, writeThrough', 'a fence always holds'],
  ['a record, writeBack', 'a fence always holds'],
  ['loads and invalidations', 'a load that was invalidated is joined'],
  ['loads and invalidations', 'nothing is ever invalid'],
] as const;

it.each(cases)('interleavings of %s find out where %s', async (name, planted) => {
  const scenario = scenarios.find((each) => each.name === name) ?? CROWDED;
  const pullOut = plants[planted]?.();
  try {
    const property = interleaving(scenario);
    const { failed } = await fc.check(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
    expect(failed).toBe(true);
  } finally {
    pullOut?.();
  }
});
