import { openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import type { CacheHook } from './hooks.js';

/** A hook that notes what it is called with. */
function noting(): { hook: CacheHook<number>; notes: unknown[][] } {
  const notes: unknown[][] = [];
  const hook: CacheHook<number> = {
    onHit: (key, value, { ageMs, ttlMs, hits, weight }) =>
      notes.push(['hit', key, value, { ageMs, ttlMs, hits, weight }]),
    onMiss: (key) => notes.push(['miss', key]),
    onSet: (key, value) => notes.push(['set', key, value]),
    onEvict: (key, value, { hits }) => notes.push(['evict', key, value, hits]),
    onExpire: (key, value, { ttlMs }) => notes.push(['expire', key, value, ttlMs <= 0]),
    onDelete: (key) => notes.push(['delete', key]),
  };
  return { hook, notes };
}

describe('a hook', () => {
  it('is called with key, value and what is known of the entry', async () => {
    const { cache, clock } = await open<number>({ maxItems: 1, weigh: () => 7 });
    const { hook, notes } = noting();
    cache.addHook(hook);
    await cache.set('owl', 1, { ttl: 1000 });
    clock.advance(400);
    await cache.get('owl');
    await cache.set('wren', 2, { ttl: 1000 });
    clock.advance('2s');
    await cache.get('wren');
    await cache.delete('jay');
    expect(notes).toEqual([
      ['set', 'owl', 1],
      ['hit', 'owl', 1, { ageMs: 400, ttlMs: 600, hits: 1, weight: 7 }],
      ['evict', 'owl', 1, 1],
      ['set', 'wren', 2],
      ['expire', 'wren', 2, true],
      ['miss', 'wren'],
      ['delete', 'jay'],
    ]);
  });

  it('sees the life that is left of what was found in the store', async () => {
    const { cache, clock } = await openStored<number>({ maxItems: 1 });
    await cache.set('owl', 1, { ttl: 1000 });
    await cache.set('wren', 2);
    clock.advance(400);
    const { hook, notes } = noting();
    cache.addHook(hook);
    await cache.get('owl');
    expect(notes).toContainEqual(['hit', 'owl', 1, { ageMs: 400, ttlMs: 600, hits: 0, weight: 0 }]);
  });

  it('is no longer called once it has been taken off', async () => {
    const { cache } = await open<number>();
    const { hook, notes } = noting();
    const takeOff = cache.addHook(hook);
    takeOff();
    takeOff();
    await cache.set('owl', 1);
    expect(notes).toEqual([]);
  });

  it('that throws changes nothing, lets the others be called, and is reported', async () => {
    const { cache } = await open<number>();
    const fail = (): never => {
      throw new Error('a hook threw');
    };
    cache.addHook({ onSet: fail, onHit: fail, onMiss: fail, onDelete: fail });
    const { hook, notes } = noting();
    cache.addHook(hook);
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    expect(await cache.get('owl')).toBe(1);
    expect(await cache.get('emu')).toBeUndefined();
    expect(await cache.delete('owl')).toBe(true);
    expect(notes.map(([what]) => what)).toEqual(['set', 'hit', 'miss', 'delete']);
    const failures = events.flatMap((event) => (event.type === 'hook_failed' ? [event.hook] : []));
    expect(failures).toEqual(['onSet', 'onHit', 'onMiss', 'onDelete']);
    expect(cache.metrics().hook_failures).toBe(4);
  });

  it('that throws at evictions and expiries does not keep entries from leaving', async () => {
    const { cache, clock } = await open<number>({ maxItems: 1 });
    const fail = (): never => {
      throw new Error('a hook threw');
    };
    cache.addHook({ onEvict: fail, onExpire: fail });
    await cache.set('owl', 1);
    await cache.set('wren', 2, { ttl: '1s' });
    clock.advance('5s');
    expect([cache.size, cache.metrics().hook_failures]).toEqual([0, 2]);
  });

  it('that puts back what was evicted is stopped before it fills the stack, reported, and leaves the cache at work', async () => {
    const { cache } = await open<number>({ maxItems: 2 });
    const events = recordEvents(cache);
    const putBack: Promise<void>[] = [];
    const takeOff = cache.addHook({ onEvict: (key, value) => void putBack.push(cache.set(key, value)) });
    for (const key of ['owl', 'wren', 'jay']) await cache.set(key, 1);
    await Promise.all(putBack);
    expect(putBack).toHaveLength(16);
    expect(cache.metrics().hook_failures).toBeGreaterThan(0);
    expect(events).toContainEqual({
      type: 'hook_failed',
      cache: 'default',
      hook: 'onEvict',
      error: expect.objectContaining({
        code: 'endless_hook',
        message: expect.stringContaining('puts back at once what was evicted'),
      }),
    });
    takeOff();
    await cache.set('emu', 1);
    expect([cache.size, await cache.get('emu')]).toEqual([2, 1]);
  });

  it('that writes what writes again is called each time, as long as that ends', async () => {
    const { cache } = await open<number>();
    cache.addHook({ onSet: (key, left) => void (left > 0 && cache.set(`${key}.`, left - 1)) });
    await cache.set('owl', 10);
    expect([cache.size, cache.metrics().hook_failures]).toEqual([11, 0]);
  });

  it('may leave out every method', async () => {
    const { cache } = await open<number>();
    cache.addHook({});
    await cache.set('owl', 1);
    await cache.get('owl');
    expect(cache.metrics().hook_failures).toBe(0);
  });
});
