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
