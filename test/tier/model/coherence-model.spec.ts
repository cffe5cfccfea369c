import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CacheOptions, mapStore } from 'nuthatch/engine';
import { steps } from './steps.js';
import { type Planted, World } from './world.js';

const { NUTHATCH_RUNS = '100', NUTHATCH_SEED } = process.env;
const RUNS = Number(NUTHATCH_RUNS);
const SEED = NUTHATCH_SEED === undefined ? Date.now() & 0x7fffffff : Number(NUTHATCH_SEED);

/** Caches of every kind that several processes may share. */
const KINDS: Readonly<Record<string, () => CacheOptions<number>>> = {
  'a tier alone': () => ({}),
  'a tier alone, without leases': () => ({ lease: false }),
  'a tier before a store of their own': () => ({ store: mapStore() }),
  'a tier before a store of their own, write-back': () => ({ store: mapStore(), writePolicy: 'writeBack' }),
  'a tier before a store of their own, write-back that waits': () => ({
    store: mapStore(),
    writePolicy: 'writeBack',
    writeBack: { flushInterval: '1h' },
  }),
};

function coherence(optionsOf: () => CacheOptions<number>, planted: Planted = {}) {
  return fc.asyncProperty(steps, async (program) => {
    const world = new World();
    await world.open(optionsOf, planted);
    await world.run(program);
    await world.end();
    expect(world.breaches).toEqual([]);
  });
}

beforeAll(() => void process.stdout.write(`coherence: NUTHATCH_SEED=${SEED}, ${RUNS} runs of each kind\n`));

it.each(Object.keys(KINDS))(
  '%s: nobody sees what was overtaken a second ago, whatever fails',
  (kind) => fc.assert(coherence(KINDS[kind] ?? (() => ({}))), { numRuns: RUNS, seed: SEED }),
  60_000 + 100 * RUNS,
);

it('is found out where a message is lost and nobody notices', async () => {
  const { failed } = await fc.check(
    coherence(() => ({}), { drops: 3 }),
    { numRuns: 300, seed: SEED, endOnFailure: true },
  );
  expect(failed).toBe(true);
}, 90_000);
