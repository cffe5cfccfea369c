import { afterEach, expect, it } from '@jest/globals';
import {
  type Cache,
  type CacheOptions,
  createCache,
  MapStore,
  type Row,
  type SharedTier,
} from 'nuthatch/engine';
import { FakeClock, type LocalBus, LocalTier, settle } from 'nuthatch/testing';

const open: Cache<string>[] = [];

afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
});

async function join(options: CacheOptions<string>): Promise<Cache<string>> {
  const cache = await createCache<string>(options);
  open.push(cache);
  return cache;
}

/** The way to a tier, which one process alone loses; the bus goes on. */
class Wire {
  isCut = false;
  readonly #tier: LocalTier;

  constructor(tier: LocalTier) {
    this.#tier = tier;
  }

  get bus(): LocalBus {
    return this.#tier.bus;
  }

  create(context: Parameters<LocalTier['create']>[0]): SharedTier {
    return new Proxy(this.#tier.create(context), {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        return (...args: unknown[]): unknown =>
          this.isCut && name !== 'close'
            ? Promise.reject(new Error('cut'))
            : Reflect.apply(found, target, args);
      },
    });
  }
}

it("tells the others with whenDown: 'refuse' of what the user's truth has, also once the tier is left alone", async () => {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const wire = new Wire(tier);
  const rows = new Map<string, Row>();
  const store = { create: () => new MapStore({ role: 'record' }, rows) };
  const shared = { clock, store, tier: { whenDown: 'refuse' } } as const;
  const here = await join({ ...shared, sharedTier: wire });
  const there = await join({ ...shared, sharedTier: tier });
  await here.set('owl', 'old');
  expect(await there.get('owl')).toBe('old');
  wire.isCut = true;
  for (let write = 0; write < 30; write++) await here.set(`x${write}`, 'x').catch(() => undefined);
  const refused = here.set('owl', 'new');
  await expect(refused).rejects.toMatchObject({ code: 'store_down' });
  await settle();
  expect([rows.get('owl')?.value, await there.get('owl')]).toEqual(['["new"]', 'new']);
});
