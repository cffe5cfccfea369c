import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  type Cache,
  type CacheEvent,
  type CacheOptions,
  createCache,
  mapStore,
  MapStore,
  type Row,
} from 'nuthatch/engine';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';

interface Bird {
  readonly name: string;
}

const owl = { name: 'owl' };
const wren = { name: 'wren' };

describe('two caches of different processes that share a tier', () => {
  const open: Cache<Bird>[] = [];

  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.close();
  });

  async function twoCaches(options: CacheOptions<Bird> = {}) {
    const clock = new FakeClock();
    const tier = new LocalTier(clock);
    const start = () => createCache<Bird>({ clock, sharedTier: tier, ...options });
    const [here, there] = await Promise.all([start(), start()]);
    open.push(here, there);
    return { clock, tier, here, there };
  }

  it('see what the other has set', async () => {
    const { here, there } = await twoCaches();
    await here.set('bird', owl);
    expect(await there.get('bird')).toEqual(owl);
  });

  it('forget what the other has changed', async () => {
    const { here, there } = await twoCaches();
    await here.set('bird', owl);
    await there.get('bird');
    await here.set('bird', wren);
    await settle();
    expect(there.peek('bird')).toBeUndefined();
    expect(await there.get('bird')).toEqual(wren);
  });

  it('forget what the other has deleted, by key, tag, pattern, version and all', async () => {
    const { here, there } = await twoCaches();
    const gone = [
      () => here.delete('bird:1'),
      () => here.invalidateTags('night'),
      () => here.invalidateMatching('bird:*'),
      () => here.bumpVersion('bird'),
      () => here.clear(),
      () => here.expire('bird:1'),
    ];
    for (const drop of gone) {
      await here.set('bird:1', owl, { tags: ['night'] });
      expect(await there.get('bird:1')).toEqual(owl);
      await drop();
      await settle();
      expect([String(drop), await there.get('bird:1'), await here.get('bird:1')]).toEqual([
        String(drop),
        undefined,
        undefined,
      ]);
    }
  });

  it('load a key once', async () => {
    const { here, there } = await twoCaches();
    const loader = jest.fn(async () => {
      await settle();
      return owl;
    });
    const both = await Promise.all([here.getOrLoad('bird', loader), there.getOrLoad('bird', loader)]);
    expect(both).toEqual([owl, owl]);
    expect(loader).toHaveBeenCalledTimes(1);
  });

  it('load a key each for itself where no lease is asked for', async () => {
    const { here, there } = await twoCaches({ lease: false });
    const loader = jest.fn(async () => owl);
    await Promise.all([here.getOrLoad('bird', loader), there.getOrLoad('bird', loader)]);
    expect(loader).toHaveBeenCalledTimes(2);
  });

  it('wait no longer than the lease for one that has gone', async () => {
    const { here, there, clock } = await twoCaches();
    const never = here.getOrLoad('bird', () => new Promise<Bird>(() => undefined));
    never.catch(() => undefined);
    await settle();
    const loaded = there.getOrLoad('bird', async () => wren);
    let answer: Bird | undefined;
    void loaded.then((value) => (answer = value));
    for (let step = 0; step < 19; step++) {
      clock.advance(100);
      await settle();
    }
    expect(answer).toBeUndefined();
    for (let step = 0; step < 5; step++) {
      clock.advance(100);
      await settle();
    }
    expect(answer).toEqual(wren);
  });

  it('load at once where the one who loads has failed', async () => {
    const { here, there } = await twoCaches();
    let fail: (error: Error) => void = () => undefined;
    const failing = here.getOrLoad('bird', () => new Promise<Bird>((_, reject) => (fail = reject)));
    failing.catch(() => undefined);
    await settle();
    const loaded = there.getOrLoad('bird', async () => wren);
    await settle();
    fail(new Error('no owl today'));
    expect(await loaded).toEqual(wren);
  });

  it('do not keep what was loaded before the other has invalidated it', async () => {
    const { here, there, clock } = await twoCaches();
    for (const drop of [() => there.delete('bird'), () => there.invalidateTags('night')]) {
      let answer: (bird: Bird) => void = () => undefined;
      const slow = here.getOrLoad('bird', () => new Promise<Bird>((resolve) => (answer = resolve)), {
        tags: ['night'],
      });
      await settle();
      clock.advance(1);
      await drop();
      answer(owl);
      expect(await slow).toEqual(owl);
      await settle();
      expect([here.peek('bird'), await here.get('bird'), await there.get('bird')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it('promote with the life that is left', async () => {
    const { here, there, clock } = await twoCaches();
    await here.set('bird', owl, { ttl: 1000 });
    for (let step = 0; step < 6; step++) {
      clock.advance(100);
      await settle();
    }
    expect(await there.get('bird')).toEqual(owl);
    for (let step = 0; step < 4; step++) {
      clock.advance(100);
      await settle();
    }
    expect(await there.get('bird')).toBeUndefined();
  });

  it('share what is loaded for many keys', async () => {
    const { here, there } = await twoCaches();
    const loader = jest.fn(
      async (keys: readonly string[]) => new Map(keys.map((key) => [key, { name: key }])),
    );
    await here.getManyOrLoad(['a', 'b', 'c'], loader);
    await settle();
    const found = await there.getManyOrLoad(['c', 'a', 'd'], loader);
    expect([...found.keys()]).toEqual(['c', 'a', 'd']);
    expect(loader.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('apply their own rules to an event of the other', async () => {
    const { here, there } = await twoCaches();
    there.invalidateOn('bird.renamed', ['bird:{id}']);
    await here.set('bird:1', owl);
    await there.get('bird:1');
    await here.publish('bird.renamed', { id: 1 });
    await settle();
    expect(there.peek('bird:1')).toBeUndefined();
  });

  it('trust memory no longer than maxBlind while they hear nothing', async () => {
    const { here, there, tier, clock } = await twoCaches();
    await here.set('bird', owl);
    await there.get('bird');
    clock.advance(2000);
    await settle();
    expect(await there.get('bird')).toEqual(owl);
    tier.bus.cut();
    await here.set('bird', wren).catch(() => undefined);
    clock.advance(900);
    expect(there.peek('bird')).toEqual(owl);
    clock.advance(300);
    expect(there.peek('bird')).toBeUndefined();
  });

  it('notice what was missed, and forget', async () => {
    const { here, there, tier, clock } = await twoCaches();
    const events: CacheEvent[] = [];
    there.events$.subscribe((event) => events.push(event));
    await here.set('bird', owl);
    await there.get('bird');
    tier.bus.cut();
    await here.set('bird', wren).catch(() => undefined);
    tier.bus.forget();
    clock.advance(250);
    await settle();
    expect(there.peek('bird')).toBeUndefined();
    expect(events.map(({ type }) => type)).toContain('bus_missed');
  });

  it('make up for what they could not say, before anything old is shown', async () => {
    const { here, there, tier, clock } = await twoCaches();
    await here.set('bird', owl);
    await there.get('bird');
    tier.down();
    tier.bus.cut();
    await here.set('bird', wren);
    for (let step = 0; step < 20; step++) {
      clock.advance(200);
      await settle();
      const seen = await there.get('bird');
      if (step > 5) expect(seen).not.toEqual(owl);
    }
    tier.up();
    tier.bus.mend();
    for (let step = 0; step < 20; step++) {
      clock.advance(200);
      await settle();
      expect(await there.get('bird')).not.toEqual(owl);
    }
    await here.set('bird', wren);
    expect(await there.get('bird')).toEqual(wren);
  });

  it('say what they share', async () => {
    const { here, clock } = await twoCaches();
    const alone = await createCache<Bird>({ clock });
    open.push(alone);
    const shown = [here, alone].map((cache) => [cache.info().sharedTier, cache.info().bus]);
    expect(shown).toEqual([
      ['LocalTier', 'LocalBus'],
      [undefined, undefined],
    ]);
  });

  it('do not show what a store of their own has from an earlier life: others may have changed it', async () => {
    const { there, tier, clock } = await twoCaches();
    const rows = new Map<string, Row>();
    const start = () =>
      createCache<Bird>({ clock, sharedTier: tier, store: new MapStore({ role: 'cache' }, rows) });
    const before = await start();
    await before.set('bird', owl);
    await before.close();
    await there.delete('bird');
    for (let minute = 0; minute < 3; minute++) {
      clock.advance('1m');
      await settle();
    }
    const after = await start();
    open.push(after);
    expect([rows.size, await after.get('bird')]).toEqual([1, undefined]);
  });

  it('share pending writes before they are stored', async () => {
    const clock = new FakeClock();
    const tier = new LocalTier(clock);
    const store = mapStore({ role: 'record' });
    const options = { clock, sharedTier: tier, store, writePolicy: 'writeBack' } as const;
    const [here, there] = await Promise.all([createCache<Bird>(options), createCache<Bird>(options)]);
    open.push(here, there);
    await here.set('bird', owl);
    expect(await there.get('bird')).toEqual(owl);
    await here.flush();
    await settle();
    expect(there.peek('bird')).toBeUndefined();
  });
});
