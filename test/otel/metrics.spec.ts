import { meterCaches } from 'nuthatch/otel';
import type { Cache } from 'nuthatch/engine';
import { held, openCache, openStored } from '../support/caches.js';
import { openMeter } from './metering.js';

describe('the metrics of a cache', () => {
  it('are what it has counted when they are collected', async () => {
    const { cache } = await openCache<number>({ name: 'birds' });
    const { values } = await openMeter(cache);
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.get('owl');
    await cache.get('wren');
    expect(await values('nuthatch.reads')).toEqual([
      [{ 'nuthatch.cache.name': 'birds', 'nuthatch.result': 'hit' }, 2],
      [{ 'nuthatch.cache.name': 'birds', 'nuthatch.result': 'miss' }, 1],
    ]);
    expect(await values('nuthatch.sets')).toEqual([[{ 'nuthatch.cache.name': 'birds' }, 1]]);
    expect(await values('nuthatch.entries')).toEqual([[{ 'nuthatch.cache.name': 'birds' }, 1]]);
    await cache.get('owl');
    expect((await values('nuthatch.reads'))[0]?.[1]).toBe(3);
  });

  it('have units, and the age of what is pending in seconds', async () => {
    const { cache, clock } = await openStored<number>({
      writePolicy: 'writeBack',
      writeBack: { flushInterval: '1h' },
    });
    const { collect } = await openMeter(cache);
    await cache.set('owl', 1);
    clock.advance('90s');
    const metrics = await collect();
    expect(metrics.get('nuthatch.writes.pending')?.dataPoints).toMatchObject([{ value: 1 }]);
    expect(metrics.get('nuthatch.writes.pending.age')?.dataPoints).toMatchObject([{ value: 90 }]);
    expect(metrics.get('nuthatch.writes.pending.age')?.descriptor.unit).toBe('s');
    expect(metrics.get('nuthatch.memory')?.descriptor.unit).toBe('By');
  });

  it('have no key anywhere', async () => {
    const { cache } = await openStored<number>();
    const { collect } = await openMeter(cache);
    await cache.set('secret-key', 1);
    await cache.getOrLoad('secret-key-2', () => Promise.reject(new Error('x'))).catch(() => undefined);
    expect(JSON.stringify([...(await collect())])).not.toContain('secret-key');
  });
});

describe('the durations of a cache', () => {
  it('are of loads, in seconds, by where the value came from and how it failed', async () => {
    const { cache, clock } = await openCache<number>();
    const { collect } = await openMeter(cache);
    const answer = held<number>();
    const loading = cache.getOrLoad('owl', () => answer.promise);
    clock.advance(250);
    answer.resolve(1);
    await loading;
    await cache.getOrLoad('wren', () => Promise.reject(new TypeError('gone'))).catch(() => undefined);
    const metric = (await collect()).get('nuthatch.load.duration');
    expect(metric?.descriptor.unit).toBe('s');
    expect(metric?.dataPoints).toMatchObject([
      {
        attributes: { 'nuthatch.cache.name': 'default', 'nuthatch.load.origin': 'loader' },
        value: { count: 1, sum: 0.25 },
      },
      {
        attributes: { 'nuthatch.cache.name': 'default', 'error.type': 'TypeError' },
        value: { count: 1, sum: 0 },
      },
    ]);
    const [point] = metric?.dataPoints ?? [];
    expect(point?.attributes).not.toHaveProperty('error.type');
  });

  it('are of calls on the store, by operation, and of flushes', async () => {
    const { cache } = await openStored<number>({ writePolicy: 'writeBack' });
    const { values } = await openMeter(cache);
    await cache.set('owl', 1);
    await cache.flush();
    await cache.get('wren');
    const stores = (await values('nuthatch.store.duration')).map(([attributes]) => attributes);
    expect(stores).toEqual([
      { 'nuthatch.cache.name': 'default', 'nuthatch.store.operation': 'apply' },
      { 'nuthatch.cache.name': 'default', 'nuthatch.store.operation': 'get' },
    ]);
    expect(await values('nuthatch.flush.duration')).toMatchObject([[{}, { count: 1 }]]);
  });

  it('are those of the caches that are measured, and none where that is switched off', async () => {
    const { cache: one } = await openCache<number>({ name: 'one' });
    const { cache: two } = await openCache<number>({ name: 'two' });
    const { values } = await openMeter(one);
    const silent = await openMeter(two, { durations: false });
    for (const cache of [one, two]) await cache.getOrLoad('owl', () => 1);
    const found = await values('nuthatch.load.duration');
    expect(found.map(([attributes]) => attributes)).toMatchObject([{ 'nuthatch.cache.name': 'one' }]);
    expect(await silent.values('nuthatch.load.duration')).toEqual([]);
    expect(await silent.values('nuthatch.loads')).toMatchObject([[{}, 1]]);
  });
});

describe('caches', () => {
  it('may be several, with names before them or without, and come later', async () => {
    const { cache: one } = await openCache<number>({ name: 'one' });
    const { cache: two } = await openCache<number>({ name: 'two' });
    const caches: (readonly [string, Cache<number>] | Cache<number>)[] = [['one', one]];
    const { values } = await openMeter(caches);
    const names = async () =>
      (await values('nuthatch.loads')).map(([attributes]) => Object.values(attributes)[0] as string);
    expect(await names()).toEqual(['one']);
    caches.push(two);
    expect(await names()).toEqual(['one', 'two']);
  });

  it('are what is measured', async () => {
    // Wrong on purpose.
    await expect(meterCaches('birds' as never)).rejects.toThrow(
      'caches must be a cache or several of them, got "birds"',
    );
  });
});
