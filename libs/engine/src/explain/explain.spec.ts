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
    ['stale', 'time to live was over', (cache) => cache.expire('bird:owl')],
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
