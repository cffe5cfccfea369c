import { settle } from 'nuthatch/testing';
import { openStored, recordEvents, type StoredOptions } from '../../../test/support/caches.js';
import { createCache } from './create-cache.js';

const READS = ['get', 'getMany'] as const;

async function open(options: StoredOptions<unknown> = {}) {
  const opened = await openStored<unknown>(options);
  const { cache, store } = opened;
  /** Everything fails, and the breaker has noticed. */
  const fall = async (): Promise<void> => {
    for (const method of [...READS, 'apply', 'invalidate'] as const) store.failAlways(method);
    for (let count = 0; count < 8; count++) await cache.get(`probe ${count}`).catch(() => undefined);
  };
  return { ...opened, fall };
}

describe('a cache whose store goes down', () => {
  it('is degraded until the store is back, and says so once each time', async () => {
    const { cache, store, clock, fall } = await open();
    const events = recordEvents(cache);
    const tiers = () => events.filter(({ type }) => type.startsWith('tier_'));
    expect(cache.health().status).toBe('up');
    await fall();
    expect(cache.health()).toMatchObject({
      status: 'degraded',
      problem: expect.stringContaining('failed to read'),
    });
    expect(tiers()).toEqual([
      {
        type: 'tier_degraded',
        tier: 'store',
        cache: 'default',
        error: expect.objectContaining({ code: 'store_failed' }),
      },
    ]);
    await expect(cache.set('owl', 1)).rejects.toMatchObject({ code: 'store_down' });
    expect(cache.metrics().store_rejections).toBeGreaterThan(0);
    expect(cache.metrics().store_repairs_pending).toBe(1);
    store.heal();
    await clock.advanceAsync('5s');
    await settle();
    expect(tiers()[1]).toMatchObject({ type: 'tier_recovered', tier: 'store', repaired: 1 });
    expect([cache.health().status, cache.metrics().store_repairs_pending]).toEqual(['up', 0]);
    await cache.set('owl', 1);
    expect(await cache.get('owl')).toBe(1);
  });

  it('serves what is in memory meanwhile', async () => {
    const { cache, fall } = await open();
    await cache.set('owl', 1);
    await fall();
    expect(await cache.get('owl')).toBe(1);
  });

  it('counts calls that took too long', async () => {
    const { cache, store, clock } = await open();
    const release = store.hold('get');
    const reading = cache.get('owl').catch(() => undefined);
    await settle();
    await clock.advanceAsync('2s');
    await reading;
    expect(cache.metrics().store_timeouts).toBe(1);
    release();
  });

  it.each(['writeThrough', 'writeAround'] as const)(
    'takes writes in memory under %s where it is told to, and stores them when the store is back',
    async (writePolicy) => {
      const { cache, store, clock, stored, fall } = await open({
        writePolicy,
        resilience: { whenDown: 'memory' },
      });
      await cache.set('owl', 'old');
      await cache.set('wren', 'old');
      await fall();
      await cache.set('owl', 'new');
      await cache.delete('wren');
      await cache.set('jay', 1, { tags: ['night'] });
      await cache.invalidateTags('night');
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual(['new', undefined]);
      expect([stored('owl'), stored('wren')]).toEqual(['old', 'old']);
      store.heal();
      await clock.advanceAsync('5s');
      await settle();
      await settle();
      expect([stored('owl'), stored('wren'), cache.metrics().store_repairs_pending]).toEqual([
        'new',
        undefined,
        0,
      ]);
      expect([await cache.get('owl'), await cache.get('jay')]).toEqual(['new', undefined]);
    },
  );

  it('flushes under write-back what it has acknowledged, and nothing fights with that', async () => {
    const { cache, store, clock, stored, fall } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 'old');
    await cache.flush();
    await fall();
    await cache.set('owl', 'new');
    await cache.delete('probe 1');
    await clock.advanceAsync('1m');
    expect([await cache.get('owl'), stored('owl'), cache.metrics().store_repairs_pending]).toEqual([
      'new',
      'old',
      0,
    ]);
    store.heal();
    await clock.advanceAsync('2m');
    expect([stored('owl'), cache.metrics().dirty_writes_pending, cache.health().status]).toEqual([
      'new',
      0,
      'up',
    ]);
  });

  it('finds out under write-back which change the store refuses, without taking it for down', async () => {
    const { cache, store, rows, clock } = await open({ writePolicy: 'writeBack' });
    const events = recordEvents(cache);
    const { apply } = store;
    store.apply = async (operations, options) => {
      if (operations.some((one) => one.type === 'set' && one.row.key === 'bird 17'))
        throw new Error('too long');
      await apply.call(store, operations, options);
    };
    for (let index = 0; index < 400; index++) await cache.set(`bird ${index}`, index);
    await clock.advanceAsync('10m');
    expect([rows.size, cache.deadLetters.list().map(({ key }) => key)]).toEqual([399, ['bird 17']]);
    expect(events.filter(({ type }) => type === 'tier_degraded')).toEqual([]);
  });

  it('forgets what it has read of a record while a write of it was late', async () => {
    const { cache, store, clock } = await open({ role: 'record' });
    await cache.set('owl', 'old');
    const release = store.hold('apply');
    const setting = cache.set('owl', 'new').catch(({ code }: { code: string }) => code);
    await settle();
    await clock.advanceAsync('30s');
    expect([await setting, await cache.get('owl')]).toEqual(['store_timeout', 'old']);
    release();
    await settle();
    expect([cache.peek('owl'), await cache.get('owl')]).toEqual([undefined, 'new']);
  });
});

it('a store that hangs at the start does not hold the start longer than its deadline, and is closed when it opens', async () => {
  const { FakeClock, FaultyStore } = await import('nuthatch/testing');
  const { MapStore } = await import('./store/map-store.js');
  const clock = new FakeClock();
  const store = new FaultyStore(new MapStore());
  const release = store.hold('open');
  const opening = createCache({ store, clock }).catch(({ code }: { code: string }) => code);
  await settle();
  await clock.advanceAsync('30s');
  expect(await opening).toBe('store_timeout');
  release();
  await settle();
  expect([store.calls('close'), clock.timers]).toEqual([1, 0]);
});
