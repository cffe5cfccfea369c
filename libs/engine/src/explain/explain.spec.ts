import { settle } from 'nuthatch/testing';
import { held, openCache as open, openStored } from '../../../../test/support/caches.js';
import type { Cache } from '../index.js';

describe('explain', () => {
  it('says where an entry is, how it ages and when it would leave', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', eviction: 'fifo' });
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.set('wren', 2);
    await cache.get('owl');
    clock.advance('10s');
    const explained = await cache.explain('wren');
    expect(explained).toMatchObject({
      foundIn: 'memory',
      memory: {
        isStale: false,
        ageMs: 10_000,
        freshMs: 50_000,
        hits: 0,
        eviction: { strategy: 'fifo', place: 2, of: 2 },
      },
      store: undefined,
    });
    expect((await cache.explain('owl')).memory).toMatchObject({ hits: 1, tags: ['night'] });
    clock.advance('1m');
    expect(await cache.explain('owl')).toMatchObject({ foundIn: undefined, memory: { isStale: true } });
  });

  it('counts as no use and no hit', async () => {
    const { cache } = await open<number>({ explain: true });
    await cache.set('owl', 1);
    await cache.explain('owl');
    await cache.explain('wren');
    expect((await cache.explain('owl')).memory?.hits).toBe(0);
    expect(cache.metrics()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('finds what is in the store alone, and what waits to be stored', async () => {
    const { cache } = await openStored<number>({ maxItems: 1, writePolicy: 'writeBack', ttl: '1m' });
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    expect(await cache.explain('owl')).toMatchObject({ foundIn: 'pending', memory: undefined });
    await cache.flush();
    expect(await cache.explain('owl')).toMatchObject({ foundIn: 'store', store: { freshMs: 60_000 } });
  });

  it('says that no facts are kept, where they are not', async () => {
    const { cache } = await open<number>();
    await cache.get('owl');
    const { lastMiss, summary } = await cache.explain('owl');
    expect([lastMiss, summary]).toEqual([undefined, expect.stringContaining('explain: true')]);
  });

  it('answers where the store cannot be read, and says so', async () => {
    const { cache, store } = await openStored<number>({ explain: true });
    await cache.set('owl', 1);
    store.failNext('get', 1, new Error('disk gone'));
    const explained = await cache.explain('owl');
    expect(explained).toMatchObject({ foundIn: 'memory', store: undefined, storeError: expect.any(Error) });
    expect(explained.summary).toContain('The store could not be read: ');
    expect(explained.summary).toContain('disk gone');
  });

  it('refuses a wrong number of keys', async () => {
    await expect(open({ explain: -1 })).rejects.toThrow('explain must be');
  });
});

type Step = (cache: Cache<number>, advance: (by: string) => void) => unknown;

describe('the reason of the last miss', () => {
  it.each<[string, string, Step]>([
    ['never_set', 'never written', () => undefined],
    ['expired', 'life was over', (_cache, advance) => advance('2m')],
    ['deleted', 'deleted', (cache) => cache.delete('owl')],
    ['invalidated', 'the tag "night"', (cache) => cache.invalidateTags('night')],
    ['invalidated', 'the namespace "bird"', (cache) => cache.bumpVersion('bird')],
    ['invalidated', 'the pattern "bird:o*l"', (cache) => cache.invalidateMatching('bird:o*l')],
    ['cleared', 'cleared', (cache) => cache.clear()],
    ['evicted', 'fifo chose it, to make room for "wren"', (cache) => cache.set('wren', 2)],
    ['stale', 'expired by expire()', (cache) => cache.expire('bird:owl')],
  ])('is %s: %s', async (reason, detail, step) => {
    const { cache, clock } = await open<number>({ explain: true, ttl: '1m', maxItems: 1, eviction: 'fifo' });
    const key = reason === 'deleted' ? 'owl' : 'bird:owl';
    if (reason !== 'never_set') await cache.set(key, 1, { tags: ['night'] });
    await step(cache, (by) => clock.advance(by));
    clock.advance(1000);
    await cache.get(key);
    clock.advance(500);
    const { lastMiss, summary } = await cache.explain(key);
    expect(lastMiss).toMatchObject({ agoMs: 500, reason, detail: expect.stringContaining(detail) });
    expect(summary).toContain(detail);
  });

  it('is judged when it happens', async () => {
    const { cache } = await open<number>({ explain: true });
    await cache.get('owl');
    await cache.set('owl', 1);
    await cache.delete('owl');
    expect((await cache.explain('owl')).lastMiss?.reason).toBe('never_set');
  });

  it('is not its load, where that failed or was overtaken while there was a value', async () => {
    const { cache } = await open<number>({ explain: true });
    const load = async (key: string): Promise<void> => {
      const gate = held<number>();
      const loading = cache.getOrLoad(key, () => gate.promise);
      await settle();
      await cache.set(key, 1);
      if (key === 'failed') gate.reject(new Error('no network'));
      else gate.resolve(2);
      await loading.catch(() => undefined);
      await cache.invalidateMatching(key);
      await cache.get(key);
    };
    await load('failed');
    await load('fenced');
    const reasons = await Promise.all(['failed', 'fenced'].map((key) => cache.explain(key)));
    expect(reasons.map(({ lastMiss }) => lastMiss?.reason)).toEqual(['invalidated', 'invalidated']);
  });

  it('names nobody for whom room was made, where nothing was written then', async () => {
    const { cache } = await open<number>({ explain: true, maxItems: 2, eviction: 'fifo' });
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    cache.resize({ maxItems: 1 });
    await settle();
    await cache.set('jay', 3);
    await cache.get('owl');
    await cache.get('wren');
    const details = await Promise.all(['owl', 'wren'].map((key) => cache.explain(key)));
    expect(details.map(({ lastMiss }) => lastMiss?.detail)).toEqual([
      'fifo chose it',
      'fifo chose it, to make room for "jay"',
    ]);
  });

  it('is not known of keys that were forgotten', async () => {
    const { cache } = await open<number>({ explain: 2 });
    await cache.set('owl', 1);
    await cache.delete('owl');
    await cache.set('wren', 1);
    await cache.set('jay', 1);
    await cache.get('owl');
    expect((await cache.explain('owl')).lastMiss?.reason).toBe('unknown');
  });
});

describe('the last load', () => {
  it('says how long it took, who asked, and what became of it', async () => {
    const { cache, clock } = await open<number>({ explain: true });
    const gate = held<number>();
    const loads = [1, 2, 3].map(() => cache.getOrLoad('owl', () => gate.promise));
    await settle();
    expect((await cache.explain('owl')).lastLoad).toMatchObject({ result: 'running' });
    clock.advance(250);
    gate.resolve(1);
    await Promise.all(loads);
    clock.advance(1000);
    expect((await cache.explain('owl')).lastLoad).toMatchObject({
      agoMs: 1000,
      durationMs: 250,
      callers: 3,
      result: 'kept',
    });
  });

  it('tells failed, fenced and unkept ones', async () => {
    const { cache } = await open<number>({ explain: true });
    const error = new Error('no network');
    await cache.getOrLoad('failed', () => Promise.reject(error)).catch(() => undefined);
    await cache.getOrLoad('unkept', ({ skip }) => (skip(), 1));
    const gate = held<number>();
    const load = cache.getOrLoad('fenced', () => gate.promise);
    await settle();
    await cache.delete('fenced');
    gate.resolve(1);
    await load;
    expect((await cache.explain('failed')).lastLoad).toMatchObject({ result: 'failed', error });
    expect((await cache.explain('unkept')).lastLoad?.result).toBe('answered');
    expect((await cache.explain('fenced')).lastLoad).toMatchObject({ result: 'fenced', callers: 1 });
    await cache.get('fenced');
    expect((await cache.explain('fenced')).lastMiss?.reason).toBe('fenced');
  });
});

describe('a refresh that failed', () => {
  type Change = (cache: Cache<number>) => Promise<unknown>;
  const changes: [string, Change][] = [
    ['invalidated', (cache) => cache.invalidateMatching('owl')],
    ['cleared', (cache) => cache.clear()],
  ];

  it.each(changes)('is not blamed for what was %s afterwards', async (reason, change) => {
    const { cache, clock } = await open<number>({ explain: true, ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    await cache.getOrLoad('owl', () => Promise.reject(new Error('no network')));
    await change(cache);
    await cache.get('owl');
    expect((await cache.explain('owl')).lastMiss?.reason).toBe(reason);
  });

  it.each(changes)('is not blamed for what the store had, and was %s afterwards', async (reason, change) => {
    const { cache, clock } = await openStored<number>({
      explain: true,
      ttl: '1m',
      grace: '1h',
      staleWhileRevalidate: '1h',
      maxItems: 1,
      eviction: 'fifo',
    });
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    clock.advance('2m');
    await cache.getOrLoad('owl', () => Promise.reject(new Error('no network')));
    await settle();
    await change(cache);
    await cache.get('owl');
    expect((await cache.explain('owl')).lastMiss?.reason).toBe(reason);
  });

  it.each(changes)(
    'is not blamed where its key was evicted meanwhile, and %s afterwards',
    async (reason, change) => {
      const { cache, clock } = await openStored<number>({
        explain: true,
        ttl: '1m',
        staleWhileRevalidate: '1h',
        maxItems: 1,
        eviction: 'fifo',
      });
      await cache.set('owl', 1);
      clock.advance('2m');
      const gate = held<number>();
      expect(await cache.getOrLoad('owl', () => gate.promise)).toBe(1);
      await cache.set('wren', 1);
      gate.reject(new Error('no network'));
      await settle();
      await change(cache);
      await cache.get('owl');
      expect((await cache.explain('owl')).lastMiss?.reason).toBe(reason);
    },
  );

  it.each(changes)(
    'is not blamed where it was waited for, and its key evicted meanwhile, and %s',
    async (reason, change) => {
      const { cache, clock } = await openStored<number>({
        explain: true,
        ttl: '1m',
        grace: '1h',
        maxItems: 1,
        eviction: 'fifo',
      });
      await cache.set('owl', 1);
      clock.advance('2m');
      const gate = held<number>();
      const served = cache.getOrLoad('owl', () => gate.promise);
      await settle();
      await cache.set('wren', 1);
      gate.reject(new Error('no network'));
      expect(await served).toBe(1);
      await change(cache);
      await cache.get('owl');
      expect((await cache.explain('owl')).lastMiss?.reason).toBe(reason);
    },
  );

  it('is the reason where nothing was kept', async () => {
    const { cache } = await open<number>({ explain: true });
    await cache.getOrLoad('owl', () => Promise.reject(new Error('no network'))).catch(() => undefined);
    await cache.clear();
    await cache.get('owl');
    expect((await cache.explain('owl')).lastMiss?.reason).toBe('load_failed');
  });
});

it('an eviction is not blamed for what the store still had, until it was invalidated', async () => {
  const { cache } = await openStored<number>({ explain: true, maxItems: 1, eviction: 'fifo' });
  await cache.set('owl', 1, { tags: ['night'] });
  await cache.set('wren', 1);
  await cache.invalidateTags('night');
  await cache.get('owl');
  expect((await cache.explain('owl')).lastMiss?.reason).toBe('invalidated');
});

describe('the summary', () => {
  const summaryOf = async (cache: Cache<number>): Promise<string> => (await cache.explain('owl')).summary;

  it.each([
    ['30 days', '30d'],
    ['1 day', '1d'],
    ['1.5 hours', '90m'],
    ['2 minutes', '2m'],
    ['1.5 s', 1500],
    ['20 ms', 20],
  ])('tells a life of %s', async (told, ttl) => {
    const { cache } = await open<number>({ ttl });
    await cache.set('owl', 1);
    expect(await summaryOf(cache)).toContain(`for another ${told}, read 0 times`);
  });

  it('names who chooses, and whom it has put in charge', async () => {
    const { cache } = await open<number>();
    await cache.set('owl', 1);
    await cache.get('owl');
    expect(await summaryOf(cache)).toMatch(/read once, number 1 of 1 to leave by adaptive \(\w+ now\)/);
  });

  it('tells what became of the last load', async () => {
    const { cache, clock } = await open<number>({ explain: true });
    await cache.getOrLoad('owl', () => Promise.reject(new Error('no network'))).catch(() => undefined);
    clock.advance('3s');
    expect(await summaryOf(cache)).toContain('Its last load failed 3 s ago: no network.');
    await cache.getOrLoad('owl', ({ skip }) => (skip(), 1));
    expect(await summaryOf(cache)).toContain(
      'Its last load, just now, was given to its callers and not kept.',
    );
    const gate = held<number>();
    const load = cache.getOrLoad('owl', () => gate.promise);
    await settle();
    clock.advance(2500);
    expect(await summaryOf(cache)).toContain('It has been loading for 2.5 s.');
    gate.resolve(1);
    await load;
    expect(await summaryOf(cache)).toContain('It was loaded just now, in 2.5 s.');
  });

  it('says of what is stale when it is served', async () => {
    const { cache } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    await cache.expire('owl');
    expect(await summaryOf(cache)).toContain(
      'stale: served while it is loaded anew, or where its load fails',
    );
  });

  it('says on what a key depends that went with another', async () => {
    const { cache } = await open<number>({ explain: true });
    cache.addDependency('wren', 'owl');
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    await cache.get('owl');
    expect(await summaryOf(cache)).toContain('it depends on "wren", which was changed');
    await cache.set('owl', 1);
    await cache.invalidateMatching('wr*');
    await cache.get('owl');
    expect(await summaryOf(cache)).toContain('it depends on what was invalidated');
  });
});
