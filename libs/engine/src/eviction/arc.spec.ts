import { MemoryCache } from '../memory/memory-cache.js';

function open(maxItems = 4): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'arc' });
}

function fill(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) cache.set(key, 0);
}

/** Asks for each key, and puts in what is missing. */
function request(cache: MemoryCache<string, number>, keys: string): void {
  for (const key of keys) if (cache.get(key) === undefined) cache.set(key, 0);
}

describe('arc', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('keeps what was used twice through a scan', () => {
    request(cache, 'aabb');
    for (let key = 0; key < 100; key++) cache.set(`scan:${key}`, 0);
    expect([...cache.keys()]).toEqual(['a', 'b', 'scan:98', 'scan:99']);
  });

  it('remembers nobody while all the room is taken by what was used once (case IV, B1 empty)', () => {
    cache = open(2);
    // Were a remembered when c drove it out, it would come back as one of two uses, and d would find no better victim.
    fill(cache, 'a', 'b', 'c', 'a', 'd');
    expect([...cache.keys()]).toEqual(['a', 'd']);
  });

  it('goes on remembering what was used twice meanwhile', () => {
    cache = open(2);
    request(cache, 'bbecedaa');
    // d and a took all the room when both were used once; b, used twice, had left before.
    request(cache, 'b');
    expect([...cache.keys()]).toEqual(['a', 'b']);
  });

  it('gives more room to what was used once when that would have been a hit', () => {
    request(cache, 'aabbcdef');
    expect([...cache.keys()]).toEqual(['a', 'b', 'e', 'f']);
    // d and c have left the list of one use, and wish it longer: first by one, which it still exceeds, then by two.
    request(cache, 'd');
    expect([...cache.keys()]).toEqual(['a', 'b', 'f', 'd']);
    request(cache, 'c');
    expect([...cache.keys()]).toEqual(['b', 'f', 'd', 'c']);
  });

  it('gives it back when what was used twice would have been a hit, also where the list has just its length', () => {
    request(cache, 'aabbcdefdc');
    request(cache, 'a');
    expect([...cache.keys()]).toEqual(['b', 'd', 'c', 'a']);
  });

  it('does not remember what was deleted', () => {
    request(cache, 'aabbcde');
    cache.delete('d');
    request(cache, 'dxyz');
    expect(cache.has('d')).toBe(false);
  });

  it('takes at a swap what was read for what was used twice', () => {
    cache = new MemoryCache({ maxItems: 4, eviction: 'lru' });
    request(cache, 'aabbcd');
    cache.swapEviction('arc');
    for (let key = 0; key < 100; key++) cache.set(`scan:${key}`, 0);
    expect([...cache.keys()]).toEqual(['a', 'b', 'scan:98', 'scan:99']);
  });

  it('keeps its bounds when it becomes smaller and larger again', () => {
    for (const maxItems of [50, 3, 1, 20]) {
      cache.resize({ maxItems });
      for (let turn = 0; turn < 500; turn++) request(cache, String.fromCharCode(97 + ((turn * turn) % 71)));
      cache.audit();
      expect(cache.size).toBeLessThanOrEqual(maxItems);
    }
  });
});
