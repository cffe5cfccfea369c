import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type Cache,
  type CacheEvent,
  type CacheOptions,
  createCache,
  MapStore,
  type Row,
} from 'nuthatch/engine';
import { FakeClock, LocalBus, settle } from 'nuthatch/testing';

const open: Cache<string>[] = [];

afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
});

/** Processes that share a bus, and nothing else unless it is said. */
function processes() {
  const clock = new FakeClock();
  const bus = new LocalBus(clock);
  const join = async (options: CacheOptions<string> = {}): Promise<Cache<string>> => {
    const cache = await createCache<string>({ clock, bus, ...options });
    open.push(cache);
    return cache;
  };
  return { clock, bus, join };
}

describe('caches that share a bus only', () => {
  it('show what they share', async () => {
    const { join } = processes();
    const { sharedTier, bus } = (await join()).info();
    expect([sharedTier, bus]).toEqual([undefined, 'LocalBus']);
  });

  it('forget what the other has set, and do not get it', async () => {
    const { join } = processes();
    const [here, there] = [await join(), await join()];
    await there.set('owl', 'old');
    await settle();
    await here.set('owl', 'new');
    await settle();
    expect([there.peek('owl'), await there.get('owl'), await here.get('owl')]).toEqual([
      undefined,
      undefined,
      'new',
    ]);
  });

  it.each<[string, (cache: Cache<string>) => Promise<unknown>]>([
    ['deleted', (cache) => cache.delete('owl')],
    ['invalidated by tag', (cache) => cache.invalidateTags('night')],
    ['invalidated by pattern', (cache) => cache.invalidateMatching('o*')],
    ['cleared', (cache) => cache.clear()],
  ])('forget what the other has %s', async (_how, drop) => {
    const { clock, join } = processes();
    const [here, there] = [await join(), await join()];
    await there.set('owl', 'old', { tags: ['night'] });
    await clock.advanceAsync(5);
    await drop(here);
    await settle();
    expect([there.peek('owl'), await there.get('owl')]).toEqual([undefined, undefined]);
  });

  it('load each for itself, also with a lease', async () => {
    const { join } = processes();
    const both = [await join({ lease: '10s' }), await join({ lease: '10s' })];
    let loads = 0;
    const answers = await Promise.all(
      both.map((cache) => cache.getOrLoad('owl', async () => `load ${++loads}`)),
    );
    expect(answers).toEqual(['load 1', 'load 2']);
  });

  it('read what is new from a store that is the truth of both', async () => {
    const { join } = processes();
    const rows = new Map<string, Row>();
    const store = { create: () => new MapStore({ role: 'record' }, rows) };
    const [here, there] = [await join({ store }), await join({ store })];
    await here.set('owl', 'old');
    expect(await there.get('owl')).toBe('old');
    await here.set('owl', 'new');
    await settle();
    expect(await there.get('owl')).toBe('new');
  });

  it('forget as well what their own stores have of it', async () => {
    const { clock, join } = processes();
    const rows = new Map<string, Row>();
    const [here, there] = [await join(), await join({ store: new MapStore({ role: 'cache' }, rows) })];
    await there.set('owl', 'old');
    await clock.advanceAsync(5);
    await here.set('owl', 'new');
    await settle();
    expect([await there.get('owl'), rows.size]).toEqual([undefined, 0]);
  });

  it('trust memory no longer than maxBlind once the bus is silent', async () => {
    const { clock, bus, join } = processes();
    const cache = await join({ tier: { maxBlind: '2s' } });
    await cache.set('owl', 'there');
    await clock.advanceAsync('1s');
    bus.cut();
    await clock.advanceAsync(1900);
    expect(cache.peek('owl')).toBe('there');
    await clock.advanceAsync(500);
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('forget what they have in memory where messages were missed', async () => {
    const { bus, join } = processes();
    const cache = await join();
    const events: CacheEvent['type'][] = [];
    cache.events$.subscribe(({ type }) => events.push(type));
    await cache.set('owl', 'there');
    bus.cut();
    bus.forget();
    await settle();
    expect([cache.peek('owl'), events.includes('bus_missed')]).toEqual([undefined, true]);
  });
});

describe('named caches that share a bus only', () => {
  it('hear of their own name, and of no other', async () => {
    const { join } = processes();
    const [owls, elsewhere, bats] = [
      await join({ name: 'owls' }),
      await join({ name: 'owls' }),
      await join({ name: 'bats' }),
    ];
    for (const cache of [elsewhere, bats]) await cache.set('one', 'old');
    await settle();
    await owls.set('one', 'new');
    await settle();
    expect([elsewhere.peek('one'), bats.peek('one')]).toEqual([undefined, 'old']);
    await bats.clear();
    await settle();
    expect(owls.peek('one')).toBe('new');
  });
});

it('keeps what is set after an invalidation that it has heard of late', async () => {
  const { bus, join } = processes();
  const [here, there] = [await join(), await join()];
  bus.cut();
  await there.invalidateTags('night');
  for (let own = 0; own < 20; own++) await here.invalidateTags(`own ${own}`);
  bus.mend();
  await settle();
  await here.set('owl', 'fresh', { tags: ['night'] });
  await here.invalidateTags('unrelated');
  expect(await here.get('owl')).toBe('fresh');
});
