import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { s3Fifo } from './s3-fifo.js';

function open(maxItems = 10): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 's3Fifo' });
}

/** Reads each key, and sets it where it is missing. */
function request(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) if (cache.get(key) === undefined) cache.set(key, 0);
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}:${at}`);
}

function held(cache: MemoryCache<string, number>, ...keys: string[]): string[] {
  return keys.filter((key) => cache.has(key));
}

/** Ten entries, of which the first nine are in the main queue. */
function withMainFull(): MemoryCache<string, number> {
  const cache = open();
  const main = named('main', 9);
  request(cache, ...main, ...main, ...main, 'small', 'next');
  return cache;
}

describe('s3Fifo', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('evicts in order of arrival where nothing is used', () => {
    request(cache, ...named('key', 15));
    expect([...cache.keys()]).toEqual(named('key', 15).slice(5));
  });

  it('holds what was used twice against a scan', () => {
    request(cache, ...named('key', 8), 'key:2', 'key:2', 'key:5', 'key:5', ...named('scan', 1000));
    expect(held(cache, ...named('key', 8))).toEqual(['key:2', 'key:5']);
  });

  it('lets go what was used once', () => {
    request(cache, ...named('key', 8), ...named('key', 8), ...named('scan', 10));
    expect(held(cache, ...named('key', 8))).toEqual([]);
  });

  it('takes what comes back into the main queue at once', () => {
    request(cache, ...named('key', 11), 'key:0', ...named('scan', 1000));
    expect(held(cache, ...named('key', 11))).toEqual(['key:0']);
  });

  it('remembers as many as the main queue may hold', () => {
    request(cache, ...named('key', 19), 'key:0', ...named('scan', 100));
    expect(cache.has('key:0')).toBe(true);
    cache = open();
    request(cache, ...named('key', 20), 'key:0', ...named('scan', 100));
    expect(cache.has('key:0')).toBe(false);
  });

  it('does not remember what was deleted', () => {
    request(cache, ...named('key', 5));
    cache.delete('key:0');
    request(cache, 'key:0', ...named('scan', 100));
    expect(cache.has('key:0')).toBe(false);
  });

  it('gives one more round in the main queue for each use, three at most', () => {
    cache = withMainFull();
    const evicted: string[] = [];
    cache.onRemoval(({ key }) => key.startsWith('main') && evicted.push(key.slice('main:'.length)));
    request(
      cache,
      ...Array<string>(100).fill('main:0'),
      'main:1',
      'main:3',
      'main:3',
      'main:3',
      'main:5',
      'main:5',
    );
    // Whoever comes back takes a place in the main queue.
    for (let at = 0; at < 100; at++) request(cache, `back:${at}`, `back:${at - 1}`);
    expect(evicted).toEqual([...'24678', '1', '5', '0', '3']);
  });

  it('evicts from the main queue what was not used there, the oldest first', () => {
    cache = withMainFull();
    request(cache, 'main:0', 'main:2');
    request(cache, 'small');
    request(cache, 'another');
    expect(held(cache, ...named('main', 9))).toEqual(named('main', 9).filter((key) => key !== 'main:1'));
  });

  it('takes in every newcomer where there is room for one', () => {
    cache = open(1);
    for (const key of ['a', 'b', 'a']) {
      request(cache, key, key, key);
      expect([...cache.keys()]).toEqual([key]);
    }
  });

  it('evicts first after a swap what was never read, then the coldest', () => {
    cache = new MemoryCache({ maxItems: 10, eviction: 'lru' });
    request(cache, ...named('read', 8), ...named('read', 8), 'once', 'twice');
    cache.swapEviction('s3Fifo');
    request(cache, ...named('scan', 50));
    expect(held(cache, ...named('read', 8), 'once', 'twice')).toEqual(named('read', 8));
  });

  it('brings the main queue to its size when the cache becomes smaller', () => {
    cache = withMainFull();
    cache.resize({ maxItems: 5 });
    cache.audit();
    expect(held(cache, ...named('main', 9), 'next')).toEqual([...named('main', 9).slice(5), 'next']);
  });

  it('spares 16,384 entries at most for one victim', () => {
    const entries = { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
    const random = seededRandom(1);
    const strategy = s3Fifo.create({ capacity: 20_000, slots: 0, random, hashOf: (slot) => slot, entries });
    for (let slot = 0; slot <= 20_000; slot++) strategy.onInsert(slot);
    for (let slot = 0; slot < 20_000; slot++) {
      strategy.onAccess(slot);
      strategy.onAccess(slot);
    }
    const [first] = strategy.order();
    expect([first, strategy.chooseVictim(), strategy.chooseVictim()]).toEqual([16_384, 16_384, 16_384]);
  });
});
