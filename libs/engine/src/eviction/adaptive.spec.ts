import { jest } from '@jest/globals';
import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { adaptiveOver } from './adaptive.js';
import { evictionStrategies } from './resolve.js';
import type { EvictionChoiceReport, EvictionStrategy, EvictionStrategyFactory } from './strategy.js';

const { fifo, lfu, lirs, lru, s3Fifo, wTinyLfu } = evictionStrategies;
const defaults = [lirs, lru, s3Fifo, wTinyLfu];

/** A cache over candidates, and its strategy to look into. */
function open(maxItems: number, candidates: readonly EvictionStrategyFactory[] = defaults) {
  const factory = adaptiveOver({ candidates });
  const moves: string[] = [];
  const made: EvictionStrategy[] = [];
  const eviction: EvictionStrategyFactory = {
    name: 'adaptive',
    create: (context) => {
      const strategy = factory.create({ ...context, swapped: (from, to) => moves.push(`${from} ${to}`) });
      made.push(strategy);
      return strategy;
    },
  };
  const cache = new MemoryCache<number, number>({ maxItems, eviction, random: seededRandom(5) });
  return { cache, moves, choice: (): EvictionChoiceReport => made[0]!.choice!()! };
}

/** Asks for keys, sets what is missing, and answers the hit ratio. */
function run(cache: MemoryCache<number, number>, keys: Iterable<number>): number {
  let hits = 0;
  let requests = 0;
  for (const key of keys) {
    requests++;
    if (cache.get(key) !== undefined) hits++;
    else cache.set(key, key);
  }
  return hits / requests;
}

function* loop(length: number, laps: number): Generator<number> {
  for (let lap = 0; lap < laps; lap++) for (let key = 0; key < length; key++) yield key;
}

/** Back and forth: what was used last is used next. */
function* zigzag(length: number, laps: number): Generator<number> {
  for (let lap = 0; lap < laps; lap++)
    for (let key = 0; key < length; key++) yield lap % 2 === 0 ? key : length - 1 - key;
}

describe('adaptive', () => {
  it.each([100, 1000])('stays with LIRS on a loop that does not fit %d entries', (capacity) => {
    const { cache, moves, choice } = open(capacity);
    run(cache, loop(2.5 * capacity, 20));
    expect(run(cache, loop(2.5 * capacity, 5))).toBeGreaterThan(0.35);
    expect([choice().inCharge, moves]).toEqual(['lirs', []]);
  });

  it.each([100, 1000])(
    'leaves LIRS where a strategy with memory of the last use is better, in %d entries',
    (capacity) => {
      const { cache, moves, choice } = open(capacity);
      run(cache, zigzag(2 * capacity, 20));
      expect(run(cache, zigzag(2 * capacity, 10))).toBeGreaterThan(0.4);
      expect(choice().inCharge).not.toBe('lirs');
      expect(moves[0]).toMatch(/^lirs /);
      cache.audit();
    },
  );

  it('says what it estimates and when it moved, as the context is told', () => {
    const { cache, moves, choice } = open(50, [lfu, lru]);
    for (const key of loop(50, 20)) run(cache, [key]);
    for (let key = 1000; key < 3000; key++) run(cache, [key, key]);
    for (let key = 3000; key < 6000; key++) run(cache, [key, key - 20]);
    const { inCharge, estimates, swaps } = choice();
    expect(inCharge).toBe('lru');
    expect(swaps.map(({ from, to }) => `${from} ${to}`)).toEqual(moves);
    expect(swaps[0]!.atRequest).toBeGreaterThan(5000);
    expect(estimates.lru).toBeGreaterThan(estimates.lfu! + 0.2);
  });

  it('finds the better one again and again, keeps every entry, and the last 16 moves', () => {
    const { cache, moves, choice } = open(50, [lirs, lru]);
    let [brought, evicted] = [0, 0];
    cache.onRemoval(() => evicted++);
    for (let phase = 0; phase < 20; phase++) {
      // It rests longer and longer while nothing changes, and so may notice late.
      for (let lap = 0; moves.length === phase && lap < 2000; lap++) {
        for (const key of phase % 2 === 0 ? zigzag(100, 2) : loop(100, 2)) {
          brought += Number(!cache.has(key));
          run(cache, [key]);
        }
      }
      expect(cache.size + evicted).toBe(brought);
      cache.audit();
    }
    expect(moves).toHaveLength(20);
    expect(choice().swaps).toHaveLength(16);
    expect(cache.size).toBe(50);
  });

  it('balances its books at every step of a move', () => {
    const { cache, moves } = open(60, [lirs, lru]);
    for (const key of zigzag(120, 12)) {
      run(cache, [key]);
      cache.audit();
    }
    expect(moves).toEqual(['lirs lru']);
  });

  it('makes the same choices from the same seed', () => {
    const [one, other] = [open(500), open(500)];
    for (const { cache } of [one, other]) run(cache, zigzag(900, 12));
    expect(one.choice()).toEqual(other.choice());
    expect([...one.cache.keys()]).toEqual([...other.cache.keys()]);
  });

  it('goes on through a resize, to one entry and back to many', () => {
    const { cache, choice } = open(300);
    run(cache, loop(600, 5));
    for (const maxItems of [1, 5000, 20, 2000]) {
      cache.resize({ maxItems });
      cache.audit();
      run(cache, zigzag(2 * maxItems + 10, 12));
      cache.audit();
    }
    expect(choice().inCharge).not.toBe('lirs');
  });

  it('forgets in the shadows what was deleted', () => {
    const { cache, choice } = open(20, [fifo]);
    for (let round = 0; round < 100; round++) {
      run(cache, [1]);
      cache.delete(1);
    }
    expect(choice().estimates).toEqual({ fifo: 0 });
  });

  it('leaves the old one in charge where the new one cannot take over', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { cache, moves, choice } = open(60, [lirs, failing(lru)]);
    run(cache, zigzag(120, 20));
    cache.audit();
    expect(cache.size).toBe(60);
    expect(choice().inCharge).toBe('lirs');
    expect(moves.slice(0, 2)).toEqual(['lirs lru', 'lru lirs']);
    expect(warn.mock.calls[0]![0]).toBe('the eviction strategy lru could not take over: no residents please');
    warn.mockRestore();
  });

  it.each([0, 32])('refuses to choose among %d', (count) => {
    const candidates = Array.from({ length: count }, () => lru);
    expect(() => adaptiveOver({ candidates })).toThrow('candidates must be 1 to 31 strategies');
  });
});

/** Works in the shadow, which is made first, and fails at the third resident that it is given by the cache. */
function failing(factory: EvictionStrategyFactory): EvictionStrategyFactory {
  let made = 0;
  return {
    name: factory.name ?? '',
    create: (context) => {
      const strategy = factory.create(context);
      if (++made === 1) return strategy;
      const insert = strategy.onInsert.bind(strategy);
      let residents = 0;
      strategy.onInsert = (slot) => {
        if (++residents === 3) throw new Error('no residents please');
        insert(slot);
      };
      return strategy;
    },
  };
}
