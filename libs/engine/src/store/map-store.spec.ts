import { FakeClock } from 'nuthatch/testing';
import type { Row } from './backing-store.js';
import { MapStore, mapStore } from './map-store.js';

// What every backing store promises is tested in test/contracts/backing-store.contract.spec.ts.

const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };

async function* none(): AsyncGenerator<readonly Row[]> {}

it('is a cache unless told otherwise', () => {
  expect(new MapStore().role).toBe('cache');
  expect(new MapStore({ role: 'record' }).role).toBe('record');
});

it('shows two stores of one namespace the same rows, also after one was closed', async () => {
  const factory = mapStore();
  const context = { namespace: 'birds', clock: new FakeClock() };
  const [one, other] = [factory.create(context), factory.create(context)];
  await one.apply([{ type: 'set', row: owl }]);
  await one.close();
  expect(await other.get('owl')).toEqual(owl);
  await other.replaceAll(none());
  expect(await one.rows()).toEqual([]);
});

it('shares nothing between factories', async () => {
  const context = { namespace: 'birds', clock: new FakeClock() };
  await mapStore()
    .create(context)
    .apply([{ type: 'set', row: owl }]);
  expect(await mapStore().create(context).rows()).toEqual([]);
});

describe('an invalidation', () => {
  const tagged = (key: string, version: number): Row => ({ ...owl, key, version, tags: ['night'] });
  const put = (store: MapStore, ...rows: Row[]) => store.apply(rows.map((row) => ({ type: 'set', row })));

  it('deletes at once what it makes gone', async () => {
    const store = new MapStore();
    await put(store, tagged('owl', 1), tagged('bat', 2), { ...owl, key: 'wren' }, { ...owl, key: 'jay' });
    await store.invalidate([
      { scope: 'tag', name: 'night', version: 1 },
      { scope: 'prefix', name: 'wr', version: 1 },
      { scope: 'pattern', name: 'j?y', version: 1 },
    ]);
    expect(await store.rows()).toEqual([tagged('bat', 2)]);
  });

  it('is known to the next store of a factory', async () => {
    const factory = mapStore();
    const context = { namespace: 'birds', clock: new FakeClock() };
    const night = { scope: 'tag', name: 'night', version: 1 } as const;
    await factory.create(context).invalidate([night]);
    expect(await factory.create(context).invalidations()).toEqual([night]);
    expect(await factory.create({ ...context, namespace: 'fish' }).invalidations()).toEqual([]);
  });

  it('is summed up with others where they are more than 10,000', async () => {
    const store = new MapStore();
    const tags = Array.from({ length: 10_001 }, (_, n) => ({
      scope: 'tag' as const,
      name: `${n}`,
      version: n + 1,
    }));
    await store.invalidate(tags);
    const [sum, ...rest] = await store.invalidations();
    expect(sum).toEqual({ scope: 'prefix', name: '', version: 5000 });
    expect(rest).toEqual(tags.slice(5000));
  });
});
