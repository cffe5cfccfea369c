import { jsonCodec, MapStore, type Row } from 'nuthatch/engine';
import { settle } from 'nuthatch/testing';
import { held, openCache, openStored } from '../support/caches.js';
import { forgetInside, inside } from './probe.js';

/** A store that answers `getMany` when it is told to, with what it has read at once. */
class SlowMany extends MapStore {
  readonly gates = [held<void>(), held<void>()];
  #reads = 0;

  override async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const rows = await super.getMany(keys);
    await this.gates[this.#reads++]?.promise;
    return rows;
  }
}

/** A store of the user's own rows whose first read is answered late. */
class SlowFirst extends MapStore {
  readonly gate = held<void>();
  #reads = 0;

  override async get(key: string): Promise<Row | undefined> {
    const row = await super.get(key);
    if (this.#reads++ === 0) await this.gate.promise;
    return row;
  }
}

function rowOf(value: string): Row {
  return { key: 'owl', value: jsonCodec.encode(value), version: 1, tags: ['night'], expiresAt: undefined };
}

describe('orders of events that interleavings have found', () => {
  it('a load that began before its key was expired is not kept', async () => {
    const { cache } = await openCache<number>();
    const gate = held<number>();
    const loading = cache.getOrLoad('owl', () => gate.promise);
    await settle();
    await cache.expire('owl');
    gate.resolve(1);
    expect([await loading, await cache.get('owl')]).toEqual([1, undefined]);
  });

  it('a set that is stored while its key is invalidated does not come back', async () => {
    const { cache, store, rows } = await openStored<number>();
    const release = store.hold('apply');
    const setting = cache.set('owl', 1);
    await settle();
    const invalidating = cache.invalidateMatching('owl');
    release();
    await Promise.all([setting, invalidating]);
    expect([rows.size, cache.peek('owl'), await cache.get('owl')]).toEqual([0, undefined, undefined]);
  });

  it.each(['get', 'getOrLoad'] as const)(
    'a %s after an invalidation does not join one that has read the row before',
    async (read) => {
      const rows = new Map([['owl', rowOf('old')]]);
      const store = new SlowFirst({ role: 'record' }, rows);
      const { cache } = await openCache<string>({ store, codec: 'json' });
      const ask = () => (read === 'get' ? cache.get('owl') : cache.getOrLoad('owl', () => 'loaded'));
      const early = ask();
      await settle();
      rows.set('owl', rowOf('new'));
      await cache.invalidateTags('night');
      const late = ask();
      store.gate.resolve();
      await early;
      expect([await late, await ask()]).toEqual(['new', 'new']);
    },
  );

  it('a load that fails does not serve a later caller the stale value that was invalidated before', async () => {
    const { cache, clock, store } = await openStored<string>({ ttl: '1m', grace: '1h' });
    await cache.set('owl:1', 'old');
    clock.advance('2m');
    const release = store.hold('get');
    const origin = held<string>();
    const early = cache.getOrLoad('owl:1', () => origin.promise);
    await settle();
    await cache.bumpVersion('owl');
    const late = cache.getOrLoad('owl:1', () => origin.promise);
    release();
    origin.reject(new Error('the origin is down'));
    const answers = await Promise.allSettled([early, late]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('a value that is expired is no longer there at once, however coarse the clock is', async () => {
    const { cache, clock } = await openCache<number>({ ttlResolutionMs: 100 });
    await cache.set('owl', 1);
    expect(await cache.get('owl')).toBe(1);
    clock.advance(1);
    await cache.expire('owl');
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('what was read from a store does not take the place of what was loaded since', async () => {
    const store = new SlowMany();
    const { cache } = await openCache<number>({ store, maxItems: 1 });
    const [early, later] = [held<number>(), held<number>()];
    const first = cache.getOrLoad('owl', () => early.promise);
    const second = cache.getManyOrLoad(['owl'], async () => new Map([['owl', await later.promise]]));
    await settle();
    early.resolve(1);
    await first;
    await cache.set('wren', 0);
    store.gates[0]?.resolve();
    await settle();
    await settle();
    const reading = cache.getMany(['owl']);
    await settle();
    later.resolve(2);
    await second;
    store.gates[1]?.resolve();
    expect([await reading, await cache.get('owl')]).toEqual([new Map([['owl', 1]]), 2]);
  });

  it('a read of many keys that fails leaves no fence behind', async () => {
    forgetInside();
    const { cache, store } = await openStored<number>({ role: 'record' });
    store.failAlways('getMany');
    const reading = cache.getManyOrLoad(['owl', 'wren'], (keys) => new Map(keys.map((key) => [key, 1])));
    await expect(reading).rejects.toMatchObject({ code: 'store_failed' });
    expect(inside()).toEqual({ fences: 0, flights: 0 });
  });

  it('a read of many keys of which one has no loader leaves no fence behind', async () => {
    forgetInside();
    const { cache } = await openCache<number>();
    cache.registerLoader('owl', () => 1);
    await expect(cache.getManyOrLoad(['owl', 'wren'])).rejects.toMatchObject({ code: 'no_loader' });
    expect(inside()).toEqual({ fences: 0, flights: 0 });
  });

  it('what is loaded while a snapshot waits for a write is not restored to memory alone', async () => {
    const { cache, store, stored } = await openStored<number>();
    await cache.set('owl', 1);
    await cache.expire('owl');
    const release = store.hold('apply');
    const setting = cache.set('wren', 1);
    const taking = cache.snapshot();
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    release();
    await setting;
    await cache.restore(await taking);
    expect([cache.peek('owl'), cache.peek('wren'), stored('owl')]).toEqual([undefined, 1, 1]);
  });

  it('a value that was refreshed while a snapshot waited is not read before an older one', async () => {
    const { cache, clock, store } = await openStored<number>({
      ttl: '100s',
      refreshAhead: true,
      maxItems: 2,
      eviction: 'lru',
    });
    await cache.set('owl', 1);
    clock.advance('99s');
    const release = store.hold('apply');
    const setting = cache.set('wren', 1);
    const taking = cache.snapshot();
    await cache.getOrLoad('owl', () => 2);
    await settle();
    expect(cache.peek('owl')).toBe(2);
    release();
    await setting;
    await cache.restore(await taking);
    const before = await cache.get('owl');
    await cache.setMany([['jay', 1], ['emu', 1]]); // prettier-ignore
    expect([before, cache.peek('owl'), await cache.get('owl')]).toEqual([1, undefined, 1]);
  });

  it('what is loaded while a restore waits is stored, where that fails', async () => {
    const { cache, store, stored } = await openStored<number>();
    const snapshot = await cache.snapshot();
    await cache.set('owl', 1);
    await cache.expire('owl');
    const release = store.hold('apply');
    const setting = cache.set('wren', 1);
    const restoring = cache.restore({ ...snapshot, checksum: 0 });
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    release();
    await setting;
    await expect(restoring).rejects.toMatchObject({ code: 'bad_snapshot' });
    await settle();
    expect([cache.peek('owl'), stored('owl')]).toEqual([2, 2]);
  });
});
