import { afterEach, expect, it } from '@jest/globals';
import { type Cache, type CacheOptions, createCache, MapStore, type Row } from 'nuthatch/engine';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { Wire } from '../support/wire.js';

const open: Cache<string>[] = [];

afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
});

async function join(options: CacheOptions<string>): Promise<Cache<string>> {
  const cache = await createCache<string>(options);
  open.push(cache);
  return cache;
}

it("tells the others with whenDown: 'refuse' of what the user's truth has, also once the tier is left alone", async () => {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const wire = new Wire(tier);
  const rows = new Map<string, Row>();
  const store = { create: () => new MapStore({ role: 'record' }, rows) };
  const shared = { clock, store, bus: tier.bus, tier: { whenDown: 'refuse' } } as const;
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
