import { jest } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { type EvictionName, evictionStrategies } from '../eviction/resolve.js';
import type { EvictionStrategy, EvictionStrategyFactory } from '../eviction/strategy.js';
import { CacheError } from '../kernel/errors.js';
import { MemoryCache } from './memory-cache.js';
import type { MemoryOptions } from './memory-options.js';
import type { Removal } from './removal-listeners.js';

const names = Object.keys(evictionStrategies) as EvictionName[];
const opened: MemoryCache<string, unknown>[] = [];

function open<V = number>(options: MemoryOptions<string, V> = {}) {
  const clock = new FakeClock();
  const cache = new MemoryCache<string, V>({ clock, ttlResolutionMs: 0, eviction: 'lru', ...options });
  const removals: Removal<string, V>[] = [];
  cache.onRemoval((removal) => removals.push(removal));
  // Only audited there, whatever its values are.
  opened.push(cache as MemoryCache<string, unknown>);
  return { cache, clock, removals };
}

afterEach(() => opened.splice(0).forEach((cache) => cache.audit()));

/** What `act` throws, which must be a CacheError. */
function refusal(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof CacheError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('MemoryCache', () => {
  it('answers what was set, and undefined for what was not', () => {
    const { cache } = open();
    expect(cache.set('owl', 1)).toBe(true);
    expect([cache.get('owl'), cache.get('crow'), cache.has('owl'), cache.has('crow')]).toEqual([
      1,
      undefined,
      true,
      false,
    ]);
  });

  it('tells an entry whose value is undefined from no entry', () => {
    const { cache } = open<undefined>();
    cache.set('owl', undefined);
    expect([cache.has('owl'), cache.size, cache.delete('owl'), cache.delete('owl')]).toEqual([
      true,
      1,
      true,
      false,
    ]);
  });

  it('takes keys of any kind, NaN and null too, and compares them as a map does', () => {
    const cache = new MemoryCache<unknown, number>({ maxItems: 10 });
    const key = {};
    [NaN, null, key, 0, '0', false].forEach((each, at) => cache.set(each, at));
    expect([NaN, null, key, -0, '0', false, {}].map((each) => cache.get(each))).toEqual([
      0,
      1,
      2,
      3,
      4,
      5,
      undefined,
    ]);
    expect(cache.set(NaN, 9)).toBe(true);
    cache.audit();
  });

  it('refuses undefined as a key', () => {
    const cache = new MemoryCache<undefined, number>();
    expect(refusal(() => cache.set(undefined, 1)).message).toBe(
      'key must be anything but undefined, got undefined',
    );
    expect([cache.size, cache.get(undefined)]).toEqual([0, undefined]);
  });

  it('holds 1,000 entries and 64 MB unless told otherwise', () => {
    expect(open().cache.bounds).toEqual({ maxItems: 1000, maxBytes: 64 * 1024 * 1024 });
    expect(open({ maxItems: 5 }).cache.bounds).toEqual({ maxItems: 5, maxBytes: Infinity });
    expect(open({ maxBytes: '1kb' }).cache.bounds).toEqual({ maxItems: Infinity, maxBytes: 1024 });
  });

  it('clears everything and says so', () => {
    const { cache, removals } = open();
    cache.set('a', 1);
    cache.set('b', 2, { ttl: '1m' });
    cache.clear();
    expect([cache.size, cache.totalWeight, [...cache]]).toEqual([0, 0, []]);
    expect(removals).toEqual([
      { key: 'a', value: 1, cause: 'cleared' },
      { key: 'b', value: 2, cause: 'cleared' },
    ]);
  });

  it('holds one entry when it may hold one', () => {
    const { cache } = open({ maxItems: 1 });
    for (let key = 0; key < 100; key++) cache.set(`k${key}`, key);
    expect([...cache]).toEqual([['k99', 99]]);
  });
});

describe('MemoryCache: life', () => {
  it('expires an entry at its deadline and not a moment before', () => {
    const { cache, clock } = open({ ttl: '1m' });
    cache.set('owl', 1);
    clock.advance(59_999);
    expect(cache.get('owl')).toBe(1);
    clock.advance(1);
    expect([cache.get('owl'), cache.has('owl'), cache.peek('owl'), [...cache.keys()]]).toEqual([
      undefined,
      false,
      undefined,
      [],
    ]);
  });

  it('lets the life of a set go before the one of the cache, also where it never ends', () => {
    const { cache, clock } = open({ ttl: '1m' });
    cache.set('short', 1, { ttl: '1s' });
    cache.set('ever', 2, { ttl: Infinity });
    clock.advance('2s');
    expect([...cache.keys()]).toEqual(['ever']);
    clock.advance('100 days');
    expect(cache.get('ever')).toBe(2);
  });

  it('begins a new life at an overwrite, not at a read', () => {
    const { cache, clock } = open({ ttl: '1m' });
    cache.set('read', 1);
    cache.set('written', 1);
    clock.advance('40s');
    cache.get('read');
    cache.set('written', 2);
    clock.advance('40s');
    expect([cache.get('read'), cache.get('written')]).toEqual([undefined, 2]);
  });

  it('keeps lives of more than 2^31 milliseconds', () => {
    const { cache, clock } = open({ ttl: '60 days', sweepIntervalMs: 86_400_000 });
    cache.set('owl', 1);
    clock.advance('59 days');
    expect(cache.get('owl')).toBe(1);
    clock.advance('1 day');
    expect(cache.get('owl')).toBeUndefined();
  });

  it.each([-1, 1].map((sign) => sign * 86_400_000))(
    'does not care that the wall clock jumps by %d ms',
    (jumpMs) => {
      const { cache, clock } = open({ ttl: '1m' });
      cache.set('owl', 1);
      clock.shiftWallClock(jumpMs);
      clock.advance('59s');
      expect(cache.get('owl')).toBe(1);
      clock.advance('1s');
      expect(cache.get('owl')).toBeUndefined();
    },
  );

  it('gives a whole life to what is set after the event loop was blocked', () => {
    let nowMs = 0;
    const clock = { now: () => nowMs, wallNow: () => nowMs, schedule: () => ({ cancel: () => undefined }) };
    const { cache } = open({ clock, ttlResolutionMs: 1 });
    cache.set('first', 1, { ttl: 100 });
    nowMs = 5000;
    cache.set('second', 2, { ttl: 100 });
    nowMs = 5050;
    expect([cache.get('first'), cache.get('second')]).toEqual([undefined, 2]);
  });

  it('sees an expiry at most as late as its clock is coarse', () => {
    const { cache, clock } = open({ ttl: 100, ttlResolutionMs: 10 });
    cache.set('owl', 1);
    clock.advance(95);
    expect(cache.get('owl')).toBe(1);
    clock.advance(5);
    expect(cache.get('owl')).toBe(1);
    clock.advance(5);
    expect(cache.get('owl')).toBeUndefined();
  });
});

describe('MemoryCache: the sweep', () => {
  it('removes what nobody reads any more', () => {
    const { cache, clock, removals } = open({ ttl: '5s' });
    cache.set('owl', 1);
    clock.advance('6s');
    expect([cache.size, removals]).toEqual([0, [{ key: 'owl', value: 1, cause: 'expired' }]]);
  });

  it('looks at no more than 2,048 slots before others have their turn', () => {
    const { cache, clock } = open({ maxItems: 10_000, ttl: 500 });
    const slices: number[] = [];
    let previous = 5000;
    const watched = {
      ...clockFace(clock),
      schedule: (run: () => void, delayMs: number) => clock.schedule(() => watch(run), delayMs),
    };
    const watch = (run: () => void): void => {
      run();
      slices.push(previous - big.size);
      previous = big.size;
    };
    const big = new MemoryCache<string, number>({
      maxItems: 10_000,
      ttl: 500,
      clock: watched,
      ttlResolutionMs: 0,
    });
    for (let key = 0; key < 5000; key++) big.set(`k${key}`, key);
    clock.advance('1s');
    expect(slices).toEqual([2048, 2048, 904]);
    expect([big.size, cache.size, clock.timers]).toEqual([0, 0, 0]);
  });

  it('is asleep while nothing can expire', () => {
    const { cache, clock } = open({ maxItems: 10 });
    cache.set('ever', 1);
    expect(clock.timers).toBe(0);
    cache.set('owl', 1, { ttl: '5s' });
    expect(clock.timers).toBe(1);
    clock.advance('10s');
    expect([clock.timers, cache.size]).toEqual([0, 1]);
  });

  it('falls asleep when what could expire is overwritten for ever', () => {
    const { cache, clock } = open();
    cache.set('owl', 1, { ttl: '1h' });
    cache.set('owl', 2, { ttl: Infinity });
    clock.advance('2h');
    expect(clock.timers).toBe(0);
  });

  it('stays awake for what a listener puts in while it sweeps', () => {
    const { cache, clock } = open({ ttl: '5s' });
    cache.onRemoval(({ key, cause }) => cause === 'expired' && key === 'owl' && cache.set('crow', 2));
    cache.set('owl', 1);
    clock.advance('6s');
    expect([...cache.keys()]).toEqual(['crow']);
    clock.advance('6s');
    expect([cache.size, clock.timers]).toEqual([0, 0]);
  });

  it('sets no timer once it is closed, also when closed by a listener of its own sweep', () => {
    const { cache, clock } = open({ ttl: '5s', ttlResolutionMs: 1 });
    cache.onRemoval(() => cache.close());
    cache.set('owl', 1);
    cache.set('crow', 1, { ttl: '1h' });
    clock.advance('6s');
    cache.set('jay', 1);
    expect([cache.get('crow'), clock.timers]).toEqual([1, 0]);
    clock.advance('5s');
    expect(cache.get('jay')).toBeUndefined();
  });
});

/** The readings of a clock as plain functions. */
function clockFace(clock: FakeClock) {
  return { now: () => clock.now(), wallNow: () => clock.wallNow() };
}

describe('MemoryCache: bytes', () => {
  const weigh = (value: number): number => value;

  it('evicts until the sum of the weights fits', () => {
    const { cache } = open({ maxBytes: 100, weigh });
    cache.set('a', 40);
    cache.set('b', 40);
    cache.set('c', 70);
    expect([[...cache.keys()], cache.totalWeight]).toEqual([['c'], 70]);
  });

  it('does not keep what is heavier than all, and drops the old value with it', () => {
    const { cache, removals } = open({ maxBytes: 100, weigh });
    cache.set('owl', 10);
    cache.set('crow', 10);
    expect(cache.set('owl', 101)).toBe(false);
    expect([[...cache], removals]).toEqual([[['crow', 10]], [{ key: 'owl', value: 10, cause: 'evicted' }]]);
  });

  it('follows the weight of an overwritten value', () => {
    const { cache } = open({ maxBytes: 100, weigh });
    cache.set('a', 60);
    cache.set('b', 10);
    cache.set('a', 95);
    expect([[...cache], cache.totalWeight]).toEqual([[['a', 95]], 95]);
  });

  it('rounds fractions up, so that the sum stays exact', () => {
    const { cache } = open({ maxBytes: 1000, weigh });
    for (let key = 0; key < 100; key++) cache.set(`k${key}`, 0.1);
    expect(cache.totalWeight).toBe(100);
  });

  it.each([NaN, -1, Infinity])('refuses a weight of %d and keeps what it has', (weight) => {
    const { cache } = open({ maxBytes: 100, weigh });
    cache.set('owl', 10);
    const { code, message } = refusal(() => cache.set('owl', weight));
    expect([code, message]).toEqual([
      'bad_option',
      `the result of weigh must be a finite number of bytes, 0 or more, got ${weight}`,
    ]);
    expect(cache.get('owl')).toBe(10);
  });

  it('keeps what it has when weighing throws', () => {
    const weighed = open<number>({ maxBytes: 100, weigh: (value) => (value > 1 ? JSON.parse('{') : 1) });
    weighed.cache.set('owl', 1);
    expect(() => weighed.cache.set('owl', 2)).toThrow(SyntaxError);
    expect(weighed.cache.get('owl')).toBe(1);
  });

  it('goes without a newcomer that its strategy stumbles over', () => {
    const stumbling: EvictionStrategyFactory = {
      name: 'stumbling',
      create: (context) => {
        const inner = evictionStrategies.lru.create(context);
        let inserts = 0;
        inner.onInsert = ((insert) => (slot: number) => {
          if (++inserts === 2) throw new Error('a second one!');
          insert.call(inner, slot);
        })(inner.onInsert.bind(inner));
        return inner;
      },
    };
    const { cache } = open({ eviction: stumbling });
    cache.set('owl', 1);
    expect(() => cache.set('emu', 2)).toThrow('eviction strategy stumbling: a second one!');
    cache.set('jay', 3);
    expect([...cache]).toEqual([['owl', 1], ['jay', 3]]); // prettier-ignore
  });

  it('weighs nothing where only items are bounded', () => {
    const { cache } = open({ maxItems: 10 });
    cache.set('owl', 1);
    expect(cache.totalWeight).toBe(0);
  });
});

describe('MemoryCache: removals', () => {
  it('tells why every entry left', () => {
    const { cache, clock, removals } = open({ maxItems: 2 });
    cache.set('a', 1);
    cache.set('a', 2);
    cache.set('b', 3, { ttl: '1s' });
    cache.set('c', 4);
    clock.advance('1s');
    cache.get('b');
    cache.delete('c');
    expect(removals.map(({ key, value, cause }) => [key, value, cause])).toEqual([
      ['a', 1, 'replaced'],
      ['a', 2, 'evicted'],
      ['b', 3, 'expired'],
      ['c', 4, 'deleted'],
    ]);
  });

  it('tells after the entry has left', () => {
    const { cache } = open();
    const seen: unknown[] = [];
    cache.onRemoval(({ key }) => seen.push(cache.peek(key)));
    cache.set('owl', 1);
    cache.set('owl', 2);
    cache.delete('owl');
    expect(seen).toEqual([2, undefined]);
  });

  it('stops telling whoever stopped listening', () => {
    const { cache } = open();
    let told = 0;
    const stop = cache.onRemoval(() => told++);
    stop();
    cache.set('owl', 1);
    cache.delete('owl');
    expect(told).toBe(0);
  });

  it('outlives a listener that throws, and tells the others and the process', () => {
    const warnings: unknown[] = [];
    const warn = jest
      .spyOn(process, 'emitWarning')
      .mockImplementation((warning) => void warnings.push(warning));
    const { cache } = open();
    const told: string[] = [];
    cache.onRemoval(() => {
      throw new Error('broken listener');
    });
    cache.onRemoval(({ key }) => told.push(key));
    cache.set('owl', 1);
    expect([cache.delete('owl'), cache.size, told]).toEqual([true, 0, ['owl']]);
    expect(warnings).toEqual(['a removal listener threw: broken listener']);
    warn.mockRestore();
  });

  it('lets a listener put an expired entry back while it is being set', () => {
    const { cache, clock, removals } = open({ ttl: 1500 });
    cache.onRemoval(({ key, cause }) => cause === 'expired' && cache.set(key, 7));
    cache.set('owl', 1);
    clock.advance(1500);
    expect(cache.set('owl', 2)).toBe(true);
    expect([cache.get('owl'), cache.size, removals.map(({ value }) => value)]).toEqual([2, 1, [1, 7]]);
  });

  it('reads what a listener put back for an expired entry', () => {
    const { cache, clock } = open({ ttl: 1500 });
    cache.onRemoval(({ key, cause }) => cause === 'expired' && cache.set(key, 7));
    cache.set('owl', 1);
    clock.advance(1500);
    expect(cache.get('owl')).toBe(7);
  });

  it('lets a listener delete what has just been set', () => {
    const { cache } = open();
    cache.onRemoval(({ key, cause }) => cause === 'replaced' && cache.delete(key));
    cache.set('owl', 1);
    expect(cache.set('owl', 2)).toBe(false);
    expect(cache.has('owl')).toBe(false);
  });

  it('lets a listener put another entry in for one that was evicted', () => {
    const { cache } = open({ maxItems: 2 });
    cache.onRemoval(({ key, cause }) => cause === 'evicted' && key === 'a' && cache.set('z', 26));
    for (const key of ['a', 'b', 'c']) cache.set(key, 0);
    expect([cache.size, cache.has('z')]).toEqual([2, true]);
  });

  it('keeps what a listener puts in while the cache is cleared', () => {
    const { cache } = open();
    cache.onRemoval(({ key, value, cause }) => cause === 'cleared' && cache.set(`${key}!`, value));
    cache.set('a', 1);
    cache.set('b', 2);
    cache.clear();
    expect([...cache]).toEqual([
      ['a!', 1],
      ['b!', 2],
    ]);
  });
});

describe('MemoryCache: iteration', () => {
  it('lists entries in order of arrival, and counts no use', () => {
    const { cache } = open({ maxItems: 3 });
    for (const key of ['a', 'b', 'c']) cache.set(key, 0);
    expect([...cache.entries()]).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
    ]);
    cache.set('d', 0);
    expect([...cache.keys()]).toEqual(['b', 'c', 'd']);
  });

  it('lists every entry that stays, once, while others are deleted on the way', () => {
    const { cache } = open({ maxItems: 100 });
    for (let key = 0; key < 100; key++) cache.set(`k${key}`, key);
    const seen: string[] = [];
    for (const [key, value] of cache) {
      seen.push(key);
      if (value % 2 === 0) cache.delete(key);
      if (value === 10) cache.delete('k51');
    }
    expect([seen.length, new Set(seen).size, cache.size]).toEqual([99, 99, 49]);
  });

  it('ends although entries are evicted and overwritten on the way', () => {
    const { cache } = open({ maxItems: 10 });
    for (let key = 0; key < 10; key++) cache.set(`k${key}`, key);
    const seen: string[] = [];
    for (const key of cache.keys()) {
      seen.push(key);
      cache.set(key, 0);
      if (seen.length <= 5) cache.set(`new${seen.length}`, 0);
    }
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('MemoryCache: resize', () => {
  it('evicts what no longer fits, and takes more when it grows', () => {
    const { cache, removals } = open({ maxItems: 4 });
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 0);
    cache.resize({ maxItems: 2 });
    expect([[...cache.keys()], removals.map(({ cause }) => cause)]).toEqual([
      ['c', 'd'],
      ['evicted', 'evicted'],
    ]);
    cache.resize({ maxItems: 3 });
    cache.set('e', 0);
    expect(cache.size).toBe(3);
  });

  it('changes nothing when a bound is wrong', () => {
    const { cache } = open({ maxItems: 4 });
    expect(refusal(() => cache.resize({ maxItems: 2, maxBytes: -1 })).message).toContain('maxBytes');
    expect(refusal(() => cache.resize({ maxItems: Infinity })).message).toContain('maxItems');
    expect(cache.bounds).toEqual({ maxItems: 4, maxBytes: Infinity });
  });
});

describe('MemoryCache: swap', () => {
  it.each([
    [true, 'wren'],
    [false, 'owl'],
  ])('hands on how often entries were read, where that is counted: %s', (countHits, victim) => {
    const cache = new MemoryCache<string, number>({ maxItems: 3, eviction: 'lru', countHits });
    for (const key of ['owl', 'wren', 'jay']) cache.set(key, 1);
    for (const key of ['owl', 'owl', 'owl', 'wren', 'jay']) cache.get(key);
    cache.swapEviction('lfu');
    cache.set('emu', 1);
    expect(['owl', 'wren', 'jay', 'emu'].filter((key) => !cache.has(key))).toEqual([victim]);
    cache.audit();
  });

  const pairs = names.flatMap((from) => names.map((to): [EvictionName, EvictionName] => [from, to]));

  it.each(pairs)('keeps every entry from %s to %s, and its life', (from, to) => {
    const { cache, clock, removals } = open({ maxItems: 50, eviction: from });
    for (let key = 0; key < 50; key++) cache.set(`k${key}`, key, { ttl: `${key + 1}m` });
    for (let read = 0; read < 200; read++) cache.get(`k${(read * read) % 50}`);
    cache.swapEviction(to);
    expect([cache.eviction, cache.size, removals]).toEqual([to, 50, []]);
    cache.audit();
    clock.advance('25m');
    expect([...cache.keys()]).toEqual(Array.from({ length: 25 }, (_, at) => `k${at + 25}`));
  });

  it.each(names)('brings back from %s what lfu had learnt', (other) => {
    const { cache } = open({ maxItems: 3, eviction: 'lfu' });
    for (const key of ['a', 'b', 'c']) cache.set(key, 0);
    for (let read = 0; read < 5; read++) cache.get('a');
    cache.get('c');
    cache.swapEviction(other);
    cache.swapEviction('lfu');
    cache.set('d', 0);
    expect([...cache.keys()]).toEqual(['a', 'c', 'd']);
  });

  it('evicts at once when the old strategy had stalled', () => {
    const { cache } = open({ maxItems: 2, eviction: stalling() });
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 0);
    expect(cache.size).toBe(4);
    cache.swapEviction('lru');
    expect(cache.size).toBe(2);
  });

  it.each(['at its creation', 'at the third entry'])(
    'leaves the old one in charge where the new one throws %s',
    (when) => {
      const { cache } = open({ maxItems: 3 });
      for (const key of ['a', 'b', 'c']) cache.set(key, 0);
      const limit = when === 'at its creation' ? 0 : 3;
      expect(() => cache.swapEviction(throwingAt(limit))).toThrow('broken strategy');
      expect(cache.eviction).toBe('lru');
      cache.get('a');
      cache.set('d', 0);
      expect([...cache.keys()]).toEqual(['a', 'c', 'd']);
    },
  );

  it('leaves the old one in charge where the name is unknown', () => {
    const { cache } = open();
    // A name as it may come from a configuration file.
    const error = refusal(() => cache.swapEviction('mru' as EvictionName));
    expect(error).toEqual({
      code: 'unknown_name',
      message: `eviction must be one of ${names.join(', ')} or a factory, got "mru"`,
    });
    expect(cache.eviction).toBe('lru');
  });
});

describe('MemoryCache: a stalled strategy', () => {
  it('grows over its bounds rather than losing a write', () => {
    const { cache } = open({ maxItems: 2, eviction: stalling() });
    for (const key of ['a', 'b', 'c']) expect(cache.set(key, 0)).toBe(true);
    expect([...cache.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('does not take the name of a free slot for a victim', () => {
    const { cache } = open({ maxItems: 1, eviction: stalling(99) });
    cache.set('a', 0);
    expect(cache.set('b', 0)).toBe(true);
    expect(cache.size).toBe(2);
  });
});

/** Fifo that never finds a victim, or one that is not there. */
function stalling(victim?: number): EvictionStrategyFactory {
  return {
    name: 'stalling',
    create: (context) => altered(evictionStrategies.fifo.create(context), { chooseVictim: () => victim }),
  };
}

function throwingAt(insert: number): EvictionStrategyFactory {
  return {
    create: (context) => {
      let inserts = 0;
      const count = (): void => {
        if (++inserts >= insert) throw new Error('broken strategy');
      };
      if (insert === 0) count();
      return altered(evictionStrategies.fifo.create(context), { onInsert: count });
    },
  };
}

function altered(strategy: EvictionStrategy, changes: Partial<EvictionStrategy>): EvictionStrategy {
  return {
    onInsert: (slot) => strategy.onInsert(slot),
    onAccess: (slot) => strategy.onAccess(slot),
    onRemove: (slot) => strategy.onRemove(slot),
    chooseVictim: () => strategy.chooseVictim(),
    order: () => strategy.order(),
    resize: (capacity) => strategy.resize(capacity),
    audit: (resident) => strategy.audit(resident),
    ...changes,
  };
}

describe('MemoryCache: options', () => {
  const items = 'a positive whole number';
  const bytes = "a positive number of bytes or a string such as '64mb'";
  const duration = "a positive number of milliseconds or a string such as '5m'";

  it.each<[MemoryOptions<string, number>, string]>([
    [{ maxItems: 0 }, `maxItems must be ${items}, got 0`],
    [{ maxItems: -3 }, `maxItems must be ${items}, got -3`],
    [{ maxItems: NaN }, `maxItems must be ${items}, got NaN`],
    [{ maxItems: 1.5 }, `maxItems must be ${items}, got 1.5`],
    [{ maxItems: Infinity }, 'maxItems must be finite where maxBytes is not, got Infinity'],
    [
      { maxItems: Infinity, maxBytes: Infinity },
      'maxItems must be finite where maxBytes is not, got Infinity',
    ],
    [{ maxBytes: 0 }, `maxBytes must be ${bytes}, got 0`],
    [{ maxBytes: '64 apples' }, `maxBytes must be ${bytes}, got "64 apples"`],
    [{ ttl: 0 }, `ttl must be ${duration}, got 0`],
    [{ ttl: -1 }, `ttl must be ${duration}, got -1`],
    [{ ttl: NaN }, `ttl must be ${duration}, got NaN`],
    [{ ttl: '10' }, `ttl must be ${duration}, got "10"`],
    [{ ttl: 'soon' }, `ttl must be ${duration}, got "soon"`],
    [{ sweepIntervalMs: 0 }, `sweepIntervalMs must be ${duration}, got 0`],
    [{ ttlResolutionMs: -1 }, 'ttlResolutionMs must be a number of milliseconds, 0 or more, got -1'],
  ])('refuses %o and says why', (options, message) => {
    expect(refusal(() => new MemoryCache(options))).toEqual({ code: 'bad_option', message });
  });

  it.each([0, -1, NaN, '10', 'soon'])('refuses a set with a ttl of %p and keeps the old value', (ttl) => {
    const { cache } = open();
    cache.set('owl', 1);
    expect(refusal(() => cache.set('owl', 2, { ttl })).message).toContain('ttl must be a positive number');
    expect([cache.get('owl'), cache.size]).toEqual([1, 1]);
  });

  it('lists the strategies that it knows where a name is unknown', () => {
    // A name as it may come from a configuration file.
    const { message } = refusal(() => new MemoryCache({ eviction: 'LRU' as EvictionName }));
    for (const name of names) expect(message).toContain(name);
  });
});
