import { seededRandom } from '../kernel/random.js';
import { fifo } from './fifo.js';
import { lru } from './lru.js';
import type { EvictionContext } from './strategy.js';
import { Trial } from './trial.js';

const BATCH = 32;
/** Small enough to be watched as a whole. */
const context: EvictionContext = {
  capacity: 4,
  slots: 0,
  random: seededRandom(1),
  hashOf: () => 0,
  entries: { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 },
};

function open(): Trial {
  return new Trial([fifo, lru], context);
}

describe('a trial', () => {
  it('shows its candidates the requests in batches', () => {
    const trial = open();
    const replayed = Array.from({ length: 3 * BATCH }, () => trial.take(7, true));
    expect(replayed.flatMap((did, at) => (did ? [at + 1] : []))).toEqual([BATCH, 2 * BATCH, 3 * BATCH]);
    expect(trial.estimates()[0]).toBeCloseTo(95 / 96, 1);
  });

  it('judges nobody by what was only let in', () => {
    const trial = open();
    for (let at = 0; at < BATCH; at++) trial.take(7, false);
    expect(trial.estimates()).toEqual([0, 0]);
  });

  it('forgets a key after the requests that came before', () => {
    const trial = open();
    trial.take(7, true);
    trial.forget(7);
    for (let at = 0; at < BATCH; at++) trial.take(at === 0 ? 7 : 1000 + at, true);
    expect(trial.estimates()).toEqual([0, 0]);
    trial.audit();
  });

  it('puts the candidate in charge that has more hits', () => {
    const trial = open();
    // The hot key comes before each of the others: a queue loses it again and again.
    for (let at = 0; at < 4000; at++) trial.take(at % 2 === 0 ? 1 : 2 + (at % 40), true);
    expect(trial.best).toBe(1);
    expect(trial.estimates()[1]).toBeGreaterThan(trial.estimates()[0] as number);
  });
});
