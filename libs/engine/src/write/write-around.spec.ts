import { openStored } from '../../../../test/support/caches.js';

function open() {
  return openStored<unknown>({ writePolicy: 'writeAround' });
}

describe('write-around', () => {
  it('stores a write and does not keep it in memory', async () => {
    const { cache, stored } = await open();
    await cache.set('owl', 1);
    expect([stored('owl'), cache.peek('owl'), cache.size]).toEqual([1, undefined, 0]);
  });

  it('makes memory forget the value before, and reads the new one from the store', async () => {
    const { cache } = await open();
    await cache.set('owl', 'old');
    await cache.get('owl');
    await cache.set('owl', 'new');
    expect(cache.peek('owl')).toBeUndefined();
    expect([await cache.get('owl'), cache.peek('owl')]).toEqual(['new', 'new']);
  });

  it('forgets the value before where the store refuses, and tells the caller', async () => {
    const { cache, store } = await open();
    await cache.set('owl', 'old');
    await cache.get('owl');
    store.failNext('apply');
    await expect(cache.set('owl', 'new')).rejects.toMatchObject({ code: 'store_failed' });
    expect([cache.peek('owl'), await cache.get('owl')]).toEqual([undefined, 'old']);
  });

  it('deletes from memory and store', async () => {
    const { cache, rows } = await open();
    await cache.set('owl', 1);
    await cache.get('owl');
    expect(await cache.delete('owl')).toBe(true);
    expect([cache.size, rows.size]).toEqual([0, 0]);
  });
});
