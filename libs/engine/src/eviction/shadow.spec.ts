import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { evictionStrategies } from './resolve.js';
import { Shadow } from './shadow.js';
import type { EvictionStrategyFactory } from './strategy.js';

function shadow(factory: EvictionStrategyFactory, capacity: number): Shadow {
  return new Shadow(factory, { capacity, random: seededRandom(1) });
}

/** Keys of which the low ones come more often. */
function requests(count: number): number[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => Math.floor(60 * random.next() * random.next()));
}

describe('Shadow', () => {
  it.each(['lru', 'lfu', 'lirs', 's3Fifo', 'twoQueue'] as const)('hits what a cache with %s hits', (name) => {
    const cache = new MemoryCache<number, boolean>({ maxItems: 20, eviction: name });
    const tried = shadow(evictionStrategies[name], 20);
    for (const key of requests(2000)) {
      const isHit = cache.get(key) === true;
      if (!isHit) cache.set(key, true);
      expect(tried.request(key)).toBe(isHit);
    }
    tried.audit(name);
  });

  it('forgets on request, and takes the key for new', () => {
    const tried = shadow(evictionStrategies.lru, 3);
    expect([tried.request(1), tried.request(1)]).toEqual([false, true]);
    tried.forget(1);
    tried.forget(2);
    expect(tried.request(1)).toBe(false);
  });

  it('keeps what fits when it shrinks, and only what passes the sieve', () => {
    const tried = shadow(evictionStrategies.lru, 10);
    for (let key = 1; key <= 10; key++) tried.request(key);
    tried.sift((key) => key % 2 === 0);
    expect(tried.size).toBe(5);
    tried.resize(2);
    tried.audit('lru');
    expect([8, 10].map((key) => tried.request(key))).toEqual([true, true]);
  });

  it('does not grow with a strategy that names nobody', () => {
    const mute: EvictionStrategyFactory = {
      create: (context) => {
        const fifo = evictionStrategies.fifo.create(context);
        fifo.chooseVictim = () => undefined;
        return fifo;
      },
    };
    const tried = shadow(mute, 3);
    for (let key = 0; key < 10; key++) tried.request(key);
    expect(tried.size).toBe(3);
    tried.resize(1);
    expect(tried.size).toBe(3);
  });
});
