import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cache, type CacheOptions, createCache, mapStore, MapStore, type Row } from 'nuthatch/engine';
import { FakeClock, FaultyStore, LocalTier, settle } from 'nuthatch/testing';

const opened: Cache<number>[] = [];

/** Two processes of which each brings its writes to a store of its own when it is told to. */
async function open(options: Pick<CacheOptions<number>, 'store'> = {}) {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const common = { clock, sharedTier: tier, writePolicy: 'writeBack' } as const;
  const join = async () => {
    const cache = await createCache<number>({
      ...common,
      store: mapStore(),
      writeBack: { flushInterval: '1h' },
      ...options,
    });
    opened.push(cache);
    return cache;
  };
  const [here, there] = [await join(), await join()];
  const pass = async (byMs: number): Promise<void> => {
    for (let passed = 0; passed < byMs; passed += 50) await clock.advanceAsync(50);
  };
  return { clock, tier, join, here, there, pass };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
});

describe('a write that waits to be stored, where several processes share a tier', () => {
  it('is not shown for longer than memory may be while the others are not heard', async () => {
    const { tier, here, there, pass } = await open();
    await here.set('owl:1', 1);
    tier.bus.cut();
    await there.bumpVersion('owl');
    await pass(950);
    expect(await here.get('owl:1')).toBe(1);
    await pass(300);
    expect(await here.getMany(['owl:1'])).toEqual(new Map());
    expect(await here.getOrLoad('owl:1', async () => 2)).toBe(2);
  });

  it('is shown again when they are heard, and have changed nothing', async () => {
    const { tier, here, pass } = await open();
    await here.set('owl', 1);
    tier.bus.cut();
    await pass(1500);
    expect(await here.has('owl')).toBe(false);
    tier.bus.mend();
    await pass(2000);
    tier.down();
    expect(await here.get('owl')).toBe(1);
  });

  it('is neither shown nor stored where news of others were missed', async () => {
    const places: Map<string, Row>[] = [];
    const create = () => new MapStore({}, (places[places.length] = new Map<string, Row>()));
    const { tier, here, there, pass } = await open({ store: { create } });
    await here.set('owl', 1);
    tier.bus.cut();
    await there.set('owl', 2);
    tier.bus.forget();
    await pass(500);
    expect(await here.get('owl')).toBe(2);
    await here.flush();
    expect(places.map(({ size }) => size)).toEqual([0, 0]);
  });

  it('is not shown from before others were listened to', async () => {
    const { tier, join, there, pass } = await open();
    tier.down();
    const joining = join();
    await pass(500);
    const late = await joining;
    await late.set('owl', 1);
    await there.set('owl', 2);
    tier.up();
    await pass(5000);
    expect(await late.get('owl')).toBeUndefined();
  });

  it('is not shown where another process was later, though it came first', async () => {
    const stores: FaultyStore[] = [];
    const create = () => (stores[stores.length] = new FaultyStore(new MapStore()));
    const { here, there, clock } = await open({ store: { create } });
    const release = stores[0]?.hold('get');
    const deleted = here.delete('wren');
    await settle();
    const late = here.setMany([
      ['wren', 1],
      ['owl', 1],
    ]);
    await clock.advanceAsync(50);
    await there.set('owl', 2);
    release?.();
    await Promise.all([deleted, late]);
    expect([await here.get('owl'), await there.get('owl')]).toEqual([undefined, undefined]);
  });

  it('is shown and stored all the same where the store is the truth', async () => {
    const rows = new Map<string, Row>();
    const store = { create: () => new MapStore({ role: 'record' }, rows) };
    const { tier, here, pass } = await open({ store });
    await here.set('owl', 1);
    tier.bus.cut();
    await pass(1500);
    expect(await here.get('owl')).toBe(1);
    tier.bus.forget();
    tier.down();
    expect(await here.get('owl')).toBe(1);
    await here.flush();
    expect([...rows.keys()]).toEqual(['owl']);
  });
});
