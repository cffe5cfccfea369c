import { openStored, recordEvents, type StoredOptions } from '../../../../test/support/caches.js';

/** A cache whose memory has forgotten the owl, which is stored, and keeps the wren. */
async function open(options: StoredOptions<unknown> = {}) {
  const opened = await openStored<unknown>({ maxItems: 1, ...options });
  await opened.cache.setMany(Object.entries({ owl: 1, wren: 2 }));
  await opened.cache.flush();
  return opened;
}

describe('deleting', () => {
  it('counts what memory, pending writes and the store have, and asks the store once', async () => {
    const { cache, store } = await open({ writePolicy: 'writeBack' });
    await cache.set('jay', 3);
    await cache.set('emu', 4);
    expect(await cache.deleteMany(['owl', 'wren', 'jay', 'emu', 'auk'])).toBe(4);
    expect([store.calls('get'), store.calls('getMany')]).toEqual([0, 1]);
  });

  it('asks nobody where memory has everything', async () => {
    const { cache, store } = await open();
    expect(await cache.delete('wren')).toBe(true);
    expect([store.calls('get'), store.calls('getMany')]).toEqual([0, 0]);
  });

  it('is acknowledged by write-back while the store is down, counts as absent what cannot be seen, and says so', async () => {
    const { cache, store, rows } = await open({ writePolicy: 'writeBack' });
    const events = recordEvents(cache);
    for (const method of ['get', 'getMany', 'apply'] as const) store.failAlways(method);
    expect(await cache.deleteMany(['owl', 'wren'])).toBe(1);
    expect(events).toContainEqual({
      type: 'store_failed',
      cache: 'default',
      error: expect.objectContaining({ code: 'store_failed' }),
    });
    expect([await cache.get('owl'), cache.peek('wren')]).toEqual([undefined, undefined]);
    store.heal();
    await cache.flush();
    expect(rows.size).toBe(0);
  });

  it('is refused where the policy refuses, and memory forgets', async () => {
    const { cache, store } = await open();
    store.failAlways('get');
    store.failNext('apply');
    await expect(cache.deleteMany(['owl', 'wren'])).rejects.toMatchObject({ code: 'store_failed' });
    expect(cache.peek('wren')).toBeUndefined();
  });

  it('finds a row that no codec can read', async () => {
    const { cache, rows } = await open();
    const owl = rows.get('owl');
    if (owl !== undefined) rows.set('owl', { ...owl, value: 'no value' });
    expect(await cache.delete('owl')).toBe(true);
    expect(rows.has('owl')).toBe(false);
  });
});
