import { MapStore } from 'nuthatch/engine';
import { FaultyStore } from './faulty-store.js';
import { settle } from './fake-clock.js';

function open() {
  const inner = new MapStore();
  return { inner, store: new FaultyStore(inner) };
}

it('fails as often as it was told, without reaching the store', async () => {
  const { inner, store } = open();
  store.failNext('apply', 2, new Error('full'));
  const write = () =>
    store.apply([
      { type: 'set', row: { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] } },
    ]);
  await expect(write()).rejects.toThrow('full');
  await expect(write()).rejects.toThrow('full');
  expect(await inner.rows()).toEqual([]);
  await write();
  expect(await store.get('owl')).toBeDefined();
  expect([store.calls('apply'), store.calls('get'), store.calls('clear')]).toEqual([3, 1, 0]);
});

it('fails until it is healed', async () => {
  const { store } = open();
  store.failAlways('get');
  for (let round = 0; round < 3; round += 1)
    await expect(store.get('owl')).rejects.toThrow('get was told to fail');
  store.heal();
  expect(await store.get('owl')).toBeUndefined();
});

it('goes on holding where an earlier hold is let go', async () => {
  const { store } = open();
  const first = store.hold('get');
  const second = store.hold('get');
  first();
  let isAnswered = false;
  const read = store.get('owl').then(() => (isAnswered = true));
  await settle();
  expect(isAnswered).toBe(false);
  second();
  await read;
});

it('holds calls until it lets them go, in their order', async () => {
  const { store } = open();
  const order: string[] = [];
  const release = store.hold('get');
  const held = ['a', 'b'].map((key) => store.get(key).then(() => order.push(key)));
  await settle();
  expect([order, store.calls('get')]).toEqual([[], 2]);
  release();
  await Promise.all(held);
  expect(order).toEqual(['a', 'b']);
});
