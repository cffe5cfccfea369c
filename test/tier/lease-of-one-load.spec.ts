import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cache, type CacheOptions, createCache } from 'nuthatch/engine';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';

const open: Cache<string>[] = [];

afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
});

async function twoCaches(options: CacheOptions<string> = {}) {
  const clock = new FakeClock();
  const sharedTier = new LocalTier(clock);
  const start = () => createCache<string>({ clock, sharedTier, ...options });
  const [here, there] = await Promise.all([start(), start()]);
  open.push(here, there);
  return { here, there, clock };
}

/** A loader that answers when it is told to, and how often it was asked. */
function slow() {
  const loads = { count: 0, answer: (_value: string): void => undefined };
  const loader = (): Promise<string> => {
    loads.count += 1;
    return new Promise((resolve) => (loads.answer = resolve));
  };
  return { loads, loader };
}

/** What a promise has answered by now. */
function watch<T>(promise: Promise<T>): { answer?: T } {
  const seen: { answer?: T } = {};
  void promise.then((answer) => (seen.answer = answer));
  return seen;
}

describe('a load that asks for no lease', () => {
  it('runs beside another one that asks for none, though the cache does by default', async () => {
    const { here, there } = await twoCaches();
    const [one, other] = [slow(), slow()];
    const both = [
      here.getOrLoad('owl', one.loader, { lease: false }),
      there.getOrLoad('owl', other.loader, { lease: false }),
    ];
    await settle();
    expect([one.loads.count, other.loads.count]).toEqual([1, 1]);
    one.loads.answer('one');
    other.loads.answer('other');
    expect(await Promise.all(both)).toEqual(['one', 'other']);
  });

  it('keeps nobody else from loading', async () => {
    const { here, there } = await twoCaches();
    const first = slow();
    const loading = here.getOrLoad('owl', first.loader, { lease: false });
    await settle();
    expect(await there.getOrLoad('owl', async () => 'another')).toBe('another');
    first.loads.answer('late');
    expect(await loading).toBe('late');
  });

  it('does not wait for one that holds a lease', async () => {
    const { here, there } = await twoCaches();
    const holder = slow();
    const held = here.getOrLoad('owl', holder.loader);
    await settle();
    expect(await there.getOrLoad('owl', async () => 'by itself', { lease: false })).toBe('by itself');
    holder.loads.answer('late');
    await held;
  });

  it('shares what it has loaded all the same', async () => {
    const { here, there } = await twoCaches();
    await here.getOrLoad('owl', async () => 'shared', { lease: false });
    await settle();
    expect(await there.get('owl')).toBe('shared');
  });
});

describe('a load that asks for a lease', () => {
  it('has it where the cache asks for none by default', async () => {
    const { here, there } = await twoCaches({ lease: false });
    const [one, other] = [slow(), slow()];
    const both = [
      here.getOrLoad('owl', one.loader, { lease: '10s' }),
      there.getOrLoad('owl', other.loader, { lease: '10s' }),
    ];
    await settle();
    expect(one.loads.count + other.loads.count).toBe(1);
    one.loads.answer('loaded once');
    other.loads.answer('loaded once');
    expect(await Promise.all(both)).toEqual(['loaded once', 'loaded once']);
  });

  it('has it for as long as it says', async () => {
    const { here, there, clock } = await twoCaches();
    const holder = slow();
    const held = here.getOrLoad('owl', holder.loader, { lease: '5s' });
    await settle();
    const waiting = watch(there.getOrLoad('owl', async () => 'in the end'));
    await settle();
    for (let step = 0; step < 49; step++) await clock.advanceAsync(100);
    expect(waiting).toEqual({});
    await clock.advanceAsync(200);
    expect(waiting).toEqual({ answer: 'in the end' });
    holder.loads.answer('late');
    await held;
  });

  it.each([0, -1, 'long', true])('is refused where that is no duration: %j', async (lease) => {
    const { here } = await twoCaches();
    const asked = here.getOrLoad('owl', async () => 'never', { lease: lease as number });
    await expect(asked).rejects.toMatchObject({
      code: 'bad_option',
      message: `lease must be a positive number of milliseconds or a string such as '5m', got ${JSON.stringify(lease)}`,
    });
  });
});
