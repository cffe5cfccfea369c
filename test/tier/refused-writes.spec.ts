import { afterEach, expect, it } from '@jest/globals';
import { type Cache, createCache } from 'nuthatch/engine';
import { FakeClock, LocalTier } from 'nuthatch/testing';

const opened: Cache<number>[] = [];

function open(whenDown: 'remember' | 'refuse') {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const join = async () => {
    const cache = await createCache<number>({ clock, sharedTier: tier, tier: { whenDown } });
    opened.push(cache);
    return cache;
  };
  /** What a process finds in the tier that has heard of nothing. */
  const found = async () => (await join()).get('owl');
  const pass = async (byMs: number): Promise<void> => {
    for (let passed = 0; passed < byMs; passed += 50) await clock.advanceAsync(50);
  };
  return { tier, join, found, pass };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
});

it.each(['remember', 'refuse'] as const)(
  'leaves nothing old in a tier that has refused a write (%s)',
  async (whenDown) => {
    const { tier, join, found, pass } = open(whenDown);
    const here = await join();
    await here.set('owl', 1);
    tier.down();
    const written = await here.set('owl', 2).then(
      () => 'acknowledged',
      () => 'refused',
    );
    expect(written).toBe(whenDown === 'refuse' ? 'refused' : 'acknowledged');
    tier.up();
    await here.get('wren');
    await pass(2000);
    expect(await found()).toBeUndefined();
    await here.set('owl', 3);
    expect(await found()).toBe(3);
  },
);
