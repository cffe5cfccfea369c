import fc from 'fast-check';
import { MemoryCache } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { SlowCache, type SlowEviction } from './slow-cache.js';

const names: readonly SlowEviction[] = ['lru', 'fifo', 'lfu', 'ttl'];
const RUNS = 30;
const LONGEST = 300;
const LIMITS = { maxItems: 8, maxBytes: 100 };

interface Pair {
  readonly cache: MemoryCache<string, number>;
  readonly clock: FakeClock;
  readonly model: SlowCache;
}

/** Does the same to both, and answers what either of them answered. */
interface Command {
  (pair: Pair): readonly [found: unknown, expected: unknown];
}

function open(eviction: SlowEviction): Pair {
  const clock = new FakeClock();
  const weigh = (value: number): number => value;
  const cache = new MemoryCache<string, number>({ ...LIMITS, weigh, eviction, clock, ttlResolutionMs: 0 });
  return { cache, clock, model: new SlowCache(eviction, LIMITS) };
}

/** A command under a name, for the report of a failure. */
function named(name: string, command: Command): Command {
  return Object.assign(command, { [fc.toStringMethod]: () => name });
}

const key = fc.integer({ min: 0, max: 15 }).map((at) => `k${at}`);
/** Now and then heavier than all. */
const value = fc.oneof({ arbitrary: fc.nat(20), weight: 20 }, { arbitrary: fc.nat(120), weight: 1 });
const ttl = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3000 }));
const limits = fc.record({
  maxItems: fc.integer({ min: 1, max: 12 }),
  maxBytes: fc.integer({ min: 20, max: 200 }),
});

const get = key.map((k) => named(`get ${k}`, ({ cache, model }) => [cache.get(k), model.get(k)]));
const peek = key.map((k) => named(`peek ${k}`, ({ cache, model }) => [cache.peek(k), model.peek(k)]));
const has = key.map((k) =>
  named(`has ${k}`, ({ cache, model }) => [cache.has(k), model.peek(k) !== undefined]),
);
const remove = key.map((k) => named(`delete ${k}`, ({ cache, model }) => [cache.delete(k), model.delete(k)]));
const set = fc
  .tuple(key, value, ttl)
  .map(([k, v, ms]) =>
    named(`set ${k} ${v} for ${ms}`, ({ cache, model }) => [
      cache.set(k, v, { ttl: ms }),
      model.set(k, v, ms),
    ]),
  );
const clear = fc.constant(named('clear', ({ cache, model }) => [cache.clear(), model.clear()]));
const resize = limits.map((to) =>
  named(`resize ${JSON.stringify(to)}`, ({ cache, model }) => [cache.resize(to), model.resize(to)]),
);
const swap = fc
  .constantFrom(...names)
  .map((to) => named(`swap ${to}`, ({ cache, model }) => [cache.swapEviction(to), model.swap(to)]));
const advance = fc.integer({ min: 1, max: 2000 }).map((ms) =>
  named(`advance ${ms}`, ({ cache, clock, model }) => {
    clock.advance(ms);
    // Reading everything removes what has expired and is not swept yet: in the model it is gone already.
    for (let at = 0; at < 16; at++) cache.has(`k${at}`);
    return [undefined, model.advance(ms)];
  }),
);

const usual = [
  { arbitrary: set, weight: 30 },
  { arbitrary: get, weight: 30 },
  ...[peek, has, remove, advance].map((arbitrary) => ({ arbitrary, weight: 4 })),
  { arbitrary: resize, weight: 1 },
];
const rare = [clear, swap].map((arbitrary) => ({ arbitrary, weight: 1 }));

function agree(eviction: SlowEviction, commands: readonly Command[]): void {
  const pair = open(eviction);
  for (const command of commands) {
    const [found, expected] = command(pair);
    expect(found).toEqual(expected);
    pair.cache.audit();
    expect([...pair.cache]).toEqual(pair.model.entries());
  }
}

describe.each(names)('MemoryCache with %s against a slow and simple model', (name) => {
  it('answers and holds the same after every command', () => {
    const commands = fc.array(fc.oneof(...usual), { minLength: 50, maxLength: LONGEST, size: 'max' });
    fc.assert(
      fc.property(commands, (list) => agree(name, list)),
      { numRuns: RUNS },
    );
  });

  it('answers and holds the same through swaps and clearings', () => {
    const commands = fc.array(fc.oneof(...usual, ...rare), {
      minLength: 50,
      maxLength: LONGEST,
      size: 'max',
    });
    fc.assert(
      fc.property(commands, (list) => agree(name, list)),
      { numRuns: RUNS },
    );
  });
});
