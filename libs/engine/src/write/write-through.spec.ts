import { settle } from 'nuthatch/testing';
import { openStored as open } from '../../../../test/support/caches.js';

describe('write-through', () => {
  it('has stored a write when it acknowledges it', async () => {
    const { cache, store, stored } = await open();
    const release = store.hold('apply');
    let isSet = false;
    const setting = cache.set('owl', 1).then(() => (isSet = true));
    await settle();
    expect(isSet).toBe(false);
    release();
    await setting;
    expect([stored('owl'), cache.peek('owl')]).toEqual([1, 1]);
  });

  it('answers the old value until the store has the new one', async () => {
    const { cache, store } = await open();
    await cache.set('owl', 'old');
    const release = store.hold('apply');
    const setting = cache.set('owl', 'new');
    await settle();
    expect(await cache.get('owl')).toBe('old');
    release();
    await setting;
    expect(await cache.get('owl')).toBe('new');
  });

  it.each(['set', 'delete', 'setMany', 'deleteMany'] as const)(
    'tells the caller of %s what the store said, and memory forgets the key',
    async (verb) => {
      const { cache, store } = await open();
      await cache.set('owl', 'old');
      const refusal = new Error('disk full');
      store.failNext('apply', 1, refusal);
      const calls = {
        set: () => cache.set('owl', 'new'),
        delete: () => cache.delete('owl'),
        setMany: () => cache.setMany([['owl', 'new']]),
        deleteMany: () => cache.deleteMany(['owl']),
      };
      await expect(calls[verb]()).rejects.toMatchObject({
        name: 'CacheError',
        code: 'store_failed',
        cause: refusal,
        message: expect.stringContaining('disk full'),
      });
      expect(cache.peek('owl')).toBeUndefined();
      expect(await cache.get('owl')).toBe('old');
    },
  );

  it('counts no set and emits none where the store refuses', async () => {
    const { cache, store } = await open();
    store.failNext('apply');
    await expect(cache.set('owl', 1)).rejects.toThrow();
    expect(cache.metrics()).toMatchObject({ sets: 0, current_items: 0 });
  });

  it('writes one key in the order of the calls, a slow or failing first one too', async () => {
    const { cache, store, stored } = await open();
    for (let round = 0; round < 200; round++) {
      if (round % 3 === 0) store.failNext('apply');
      const release = store.hold('apply');
      const calls = [
        cache.set('owl', `first ${round}`),
        round % 2 === 0 ? cache.set('owl', `second ${round}`) : cache.delete('owl'),
      ];
      await settle();
      release();
      await Promise.allSettled(calls);
      const expected = round % 2 === 0 ? `second ${round}` : undefined;
      expect([stored('owl'), await cache.get('owl')]).toEqual([expected, expected]);
    }
  });

  it('writes other keys while one is slow', async () => {
    const { cache, store, stored } = await open();
    const release = store.hold('apply');
    const slow = cache.set('owl', 1);
    await settle();
    release();
    const second = store.hold('get');
    await cache.set('wren', 2);
    second();
    await slow;
    expect([stored('owl'), stored('wren')]).toEqual([1, 2]);
  });

  it('never has a write pending', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    expect([await cache.flush(), cache.metrics().dirty_writes_pending]).toEqual([0, 0]);
  });

  it('keeps nothing in memory that is stored after the cache has closed', async () => {
    const { cache, clock, store, stored } = await open({ ttl: '1m' });
    const release = store.hold('apply');
    const setting = cache.set('owl', 1);
    const closing = cache.close(3000);
    await clock.advanceAsync('3s');
    await closing;
    release();
    await setting;
    expect([stored('owl'), cache.peek('owl'), cache.size, clock.timers]).toEqual([1, undefined, 0, 0]);
    await expect(cache.get('owl')).rejects.toMatchObject({ code: 'closed' });
  });
});
