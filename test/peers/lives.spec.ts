import type { CacheError } from 'nuthatch/engine';
import { openCache, openStored } from '../support/caches.js';

const YEAR_MS = 365 * 86_400_000;

describe('a time to live', () => {
  // lru-cache 11 prints a TimeoutOverflowWarning.
  it.each([2 ** 31 + 10, 2 ** 53, Infinity])('of %d ms lasts', async (ttl) => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const { cache, clock } = await openCache<number>();
    await cache.set('owl', 1, { ttl });
    clock.advance(2 ** 31);
    expect(await cache.get('owl')).toBe(1);
    clock.advance(YEAR_MS);
    expect(await cache.get('owl')).toBe(ttl === 2 ** 31 + 10 ? undefined : 1);
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it('of a fraction of a millisecond more is not cut off', async () => {
    const { cache, clock } = await openCache<number>({ ttlResolutionMs: 0 });
    await cache.set('owl', 1, { ttl: 1.5 });
    clock.advance(1);
    expect(await cache.get('owl')).toBe(1);
    clock.advance(1);
    expect(await cache.get('owl')).toBeUndefined();
  });

  it.each([0, -1, NaN, '10', '', 'soon', {}])('of %p is refused, and leaves what was there', async (ttl) => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    const refused = expect.objectContaining<Partial<CacheError>>({ code: 'bad_option' });
    // What a configuration file may hold.
    await expect(cache.set('owl', 2, { ttl: ttl as never })).rejects.toEqual(refused);
    await expect(cache.getOrLoad('wren', () => 2, { ttl: ttl as never })).rejects.toEqual(refused);
    expect(await cache.get('owl')).toBe(1);
  });
});

/*
 * cache-manager 7, cacheable 2 and keyv 5 serve a 200 ms entry for an hour where the wall clock is set back, and they, and bentocache 1, lose a
 * ten-minute one where it is set forward.
 */
describe('a wall clock that jumps', () => {
  it.each([-3_600_000, 3_600_000])(
    'by %d ms neither ends a life in memory nor prolongs it',
    async (jumpMs) => {
      const { cache, clock } = await openCache<number>();
      await cache.set('owl', 1, { ttl: 200 });
      await cache.set('wren', 2, { ttl: '10m' });
      clock.shiftWallClock(jumpMs);
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual([1, 2]);
      clock.advance(400);
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 2]);
    },
  );

  it('forward does not end the life of what memory has of a store', async () => {
    const { cache, clock } = await openStored<number>();
    await cache.set('owl', 1, { ttl: 200 });
    await cache.set('wren', 2, { ttl: '10m' });
    clock.shiftWallClock(3_600_000);
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([1, 2]);
    clock.advance(400);
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 2]);
  });
});
