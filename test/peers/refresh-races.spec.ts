import { settle } from 'nuthatch/testing';
import { held, openCache } from '../support/caches.js';

const ROUNDS = 1000;

/* cache-manager 7 and bentocache 1: 50 of 50 newer values overwritten by a refresh in the background, 50 of 50 deleted ones resurrected. */
describe('a refresh in the background', () => {
  const options = { ttl: 1000, staleWhileRevalidate: '1h', refreshAhead: 0.5 } as const;

  it.each(['set', 'delete', 'invalidateTags', 'expire'] as const)(
    'is not kept where there is a %s meanwhile, before the value has expired or after',
    async (change) => {
      const { cache, clock } = await openCache<number>(options);
      const expected = change === 'set' ? 3 : undefined;
      let wrong = 0;
      for (let round = 0; round < ROUNDS; round++) {
        await cache.set('owl', 1, { tags: ['night'] });
        clock.advance(round % 2 === 0 ? 800 : 1200);
        const gate = held<number>();
        await cache.getOrLoad('owl', () => gate.promise, { tags: ['night'] });
        await settle();
        if (change === 'set') await cache.set('owl', 3);
        else if (change === 'invalidateTags') await cache.invalidateTags('night');
        else await cache[change]('owl');
        gate.resolve(2);
        await settle();
        if ((await cache.get('owl')) !== expected) wrong++;
        await cache.delete('owl');
      }
      expect(wrong).toBe(0);
    },
  );

  it('is kept, and makes the value live again, where it has expired meanwhile', async () => {
    const { cache, clock } = await openCache<number>(options);
    await cache.set('owl', 1);
    clock.advance(800);
    const gate = held<number>();
    expect(await cache.getOrLoad('owl', () => gate.promise)).toBe(1);
    await settle();
    clock.advance(500);
    gate.resolve(2);
    await settle();
    expect(await cache.get('owl')).toBe(2);
  });
});
