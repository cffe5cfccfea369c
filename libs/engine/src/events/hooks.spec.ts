import { openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { type CacheHook, LoggingHook } from './hooks.js';

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

  it('may leave out every method', async () => {
    const { cache } = await open<number>();
    cache.addHook({});
    await cache.set('owl', 1);
    await cache.get('owl');
    expect(cache.metrics().hook_failures).toBe(0);
  });
});

describe('the logging hook', () => {
  it('writes a line per event, without values', async () => {
    const { cache, clock } = await open<number>({ maxItems: 1 });
    const lines: string[] = [];
    cache.addHook(new LoggingHook({ log: (line) => lines.push(line) }));
    await cache.set('owl', 123456);
    clock.advance(250);
    await cache.get('owl');
    await cache.get('emu');
    await cache.set('wren', 123456, { ttl: '1s' });
    clock.advance('2s');
    await cache.delete('wren');
    expect(lines).toEqual([
      'set owl',
      'hit owl (read 1 times, 250 ms old)',
      'miss emu',
      'evict owl (read 1 times, 250 ms old)',
      'set wren',
      'expire wren (read 0 times)',
      'delete wren',
    ]);
  });
});
