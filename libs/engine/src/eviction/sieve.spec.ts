import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { sieve } from './sieve.js';

function open(maxItems = 3): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'sieve' });
}

/** Reads each key, and sets it where it is missing. */
function request(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) if (cache.get(key) === undefined) cache.set(key, 0);
}

describe('sieve', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it("evicts C, E and F in the example of the paper's first figure", () => {
    cache = open(7);
    const evicted: string[] = [];
    cache.onRemoval(({ key }) => evicted.push(key));
    request(cache, ...'ABCDEFG', ...'ABG');
    request(cache, ...'HADIBJ');
    expect(evicted).toEqual(['C', 'E', 'F']);
    expect([...cache.keys()]).toEqual(['A', 'B', 'D', 'G', 'H', 'I', 'J']);
  });

  it('keeps through a scan what is used on and on', () => {
    for (let at = 0; at < 100; at++) request(cache, 'a', `scan:${at}`);
    expect([...cache.keys()]).toEqual(['a', 'scan:98', 'scan:99']);
  });

  it('starts again at the oldest once it has come to the newest', () => {
    request(cache, 'a', 'b', 'c', 'a', 'b', 'c', 'd', 'e');
    expect([...cache.keys()]).toEqual(['c', 'd', 'e']);
  });

  it('does not look at the newcomer while it searches room for it', () => {
    request(cache, 'a', 'b', 'c', 'a', 'b', 'd', 'd', 'e');
    expect([...cache.keys()]).toEqual(['b', 'd', 'e']);
  });

  it('takes in every newcomer where there is room for one', () => {
    cache = open(1);
    for (const key of ['a', 'b', 'c']) {
      request(cache, key, key);
      expect([...cache.keys()]).toEqual([key]);
    }
  });

  it('counts an overwrite as a use', () => {
    request(cache, 'a', 'b', 'c');
    cache.set('a', 1);
    request(cache, 'd');
    expect([...cache.keys()]).toEqual(['a', 'c', 'd']);
  });

  it('goes on behind an entry at the hand that was deleted', () => {
    cache = open(4);
    request(cache, ...'abcd', 'a', 'e');
    cache.delete('c');
    request(cache, 'f', 'g');
    expect([...cache.keys()]).toEqual(['a', 'e', 'f', 'g']);
  });

  it('does not take a newcomer in a used slot for used', () => {
    request(cache, 'a', 'b', 'c', 'a', 'b', 'c');
    for (const key of ['a', 'b', 'c']) cache.delete(key);
    request(cache, 'd', 'e', 'f', 'f', 'g', 'h');
    expect([...cache.keys()]).toEqual(['f', 'g', 'h']);
  });

  it('spares at a swap what was read', () => {
    cache = new MemoryCache({ maxItems: 3, eviction: 'fifo' });
    request(cache, 'a', 'b', 'c', 'a');
    cache.swapEviction('sieve');
    request(cache, 'd', 'e');
    expect([...cache.keys()]).toEqual(['a', 'd', 'e']);
  });

  it('goes over 16,384 marks at most for one victim', () => {
    const entries = { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
    const random = seededRandom(1);
    const strategy = sieve.create({ capacity: 20_000, slots: 0, random, hashOf: (slot) => slot, entries });
    for (let slot = 0; slot <= 20_000; slot++) strategy.onInsert(slot);
    for (let slot = 0; slot < 20_000; slot++) strategy.onAccess(slot);
    const [first] = strategy.order();
    expect([first, strategy.chooseVictim(), strategy.chooseVictim()]).toEqual([16_384, 16_384, 16_384]);
  });
});
