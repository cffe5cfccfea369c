import { jest } from '@jest/globals';
import { settle } from 'nuthatch/testing';
import { openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { DeleteCommand, SetCommand } from '../index.js';
import { EventHub } from './event-hub.js';

afterEach(() => jest.restoreAllMocks());

/** Events of the user's own, as an application declares them. */
declare module './cache-event.js' {
  interface CustomCacheEvents {
    price_changed: { readonly sku: string };
  }
}

describe('events', () => {
  it('tell the life of an entry in memory', async () => {
    const { cache, clock } = await open({ name: 'birds', maxItems: 1 });
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.get('emu');
    await cache.set('wren', 2, { ttl: '1ms' });
    clock.advance(2);
    await cache.get('wren');
    await cache.delete('wren');
    expect(events).toEqual([
      { type: 'entry_set', key: 'owl', source: 'caller', cache: 'birds' },
      { type: 'entry_get_hit', key: 'owl', tier: 'memory', cache: 'birds' },
      { type: 'entry_get_miss', key: 'emu', cache: 'birds' },
      { type: 'entry_evicted', key: 'owl', cache: 'birds' },
      { type: 'entry_set', key: 'wren', source: 'caller', cache: 'birds' },
      { type: 'entry_expired', key: 'wren', cache: 'birds' },
      { type: 'entry_get_miss', key: 'wren', cache: 'birds' },
      { type: 'entry_deleted', key: 'wren', cache: 'birds' },
    ]);
  });

  it('tell where a value was found', async () => {
    const { cache } = await openStored({ maxItems: 1, writePolicy: 'writeBack' });
    const events = recordEvents(cache);
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await cache.get('owl');
    await cache.flush();
    await cache.get('wren');
    await cache.get('wren');
    const tiers = events.flatMap((event) => (event.type === 'entry_get_hit' ? [event.tier] : []));
    expect(tiers).toEqual(['pending', 'store', 'memory']);
  });

  it('tell the course of loads', async () => {
    const { cache } = await open();
    const events = recordEvents(cache);
    await cache.getOrLoad('owl', () => 1);
    await cache.getOrLoad('emu', () => Promise.reject(new Error('no emu'))).catch(() => undefined);
    expect(events.map(({ type }) => type)).toEqual([
      'entry_get_miss',
      'load_started',
      'load_ended',
      'entry_set',
      'entry_get_miss',
      'load_started',
      'load_failed',
    ]);
    expect(events[2]).toMatchObject({ callers: 1 });
    expect(events[3]).toMatchObject({ source: 'load' });
    expect(events[6]).toMatchObject({ key: 'emu', error: new Error('no emu') });
  });

  it('count a miss for everybody who waits for a load, also when it fails', async () => {
    const { cache } = await open();
    const failing = () => Promise.reject(new Error('no emu'));
    const callers = Array.from({ length: 3 }, () => cache.getOrLoad('emu', failing).catch(() => undefined));
    await Promise.all(callers);
    expect(cache.metrics()).toMatchObject({ hits: 0, misses: 3, loads: 1 });
  });

  it('tell of flushes, swaps, snapshots and commands', async () => {
    const { cache } = await openStored({ writePolicy: 'writeBack' });
    const types: string[] = [];
    cache.events$.subscribe(({ type }) => {
      if (!type.startsWith('entry_')) types.push(type);
    });
    await cache.run(new SetCommand('owl', 1));
    await cache.undo();
    await cache.redo();
    await cache.flush();
    cache.swapEviction('lfu');
    await cache.swapWritePolicy('writeThrough');
    await cache.restore(await cache.snapshot());
    expect(types).toEqual([
      'command_executed',
      'command_undone',
      'command_redone',
      'flushed',
      'strategy_swapped',
      'write_policy_swapped',
      'snapshot_taken',
      'snapshot_restored',
    ]);
  });

  it('carry no values', async () => {
    const { cache } = await openStored({ writePolicy: 'writeBack', maxItems: 1 });
    const events = recordEvents(cache);
    const secret = 'a secret that nobody may see';
    await cache.set('owl', secret);
    await cache.getOrLoad('wren', () => secret);
    await cache.run(new SetCommand('jay', secret));
    await cache.run(new DeleteCommand('jay'));
    await cache.undo();
    await cache.get('owl');
    await cache.flush();
    await cache.snapshot();
    expect(events.length).toBeGreaterThan(10);
    expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('of the user come with the name of the cache', async () => {
    const { cache } = await open({ name: 'shop' });
    const events = recordEvents(cache);
    cache.emit({ type: 'price_changed', sku: 'A1' });
    expect(events).toEqual([{ type: 'price_changed', sku: 'A1', cache: 'shop' }]);
  });

  it('are not built while nobody listens', async () => {
    const emit = jest.spyOn(EventHub.prototype, 'emit');
    const { cache } = await openStored({ maxItems: 1, writePolicy: 'writeBack' });
    const subscription = cache.events$.subscribe();
    subscription.unsubscribe();
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.get('emu');
    await cache.getOrLoad('wren', () => 1);
    await cache.delete('owl');
    await cache.flush();
    await settle();
    expect(emit).not.toHaveBeenCalled();
  });

  it('stall, where the strategy names nobody, is told with its reason', async () => {
    const { cache } = await open({
      maxItems: 1,
      eviction: {
        name: 'stubborn',
        create: () => ({
          onInsert: () => undefined,
          onAccess: () => undefined,
          onRemove: () => undefined,
          chooseVictim: () => undefined,
          order: () => [],
          resize: () => undefined,
          audit: () => undefined,
        }),
      },
    });
    const events = recordEvents(cache);
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect(events).toContainEqual({
      type: 'eviction_stalled',
      reason: 'the strategy names no victim',
      cache: 'default',
    });
  });
});
