import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { createCache, mapStore, type StoreChoice } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { FakeClock, settle } from 'nuthatch/testing';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Node {
  readonly name: string;
  next?: Node;
}

const cycle: Node = { name: 'owl' };
cycle.next = cycle;

const values: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['NaN', NaN],
  ['-0', -0],
  ['an empty string', ''],
  ['false', false],
  ['a bigint', 2n ** 70n],
  ['a date', new Date(0)],
  ['a map', new Map([['owl', new Set([1])]])],
  ['a set', new Set([new Date(1)])],
  ['a buffer', Buffer.from('owl')],
  ['an error', new TypeError('no owl', { cause: 1 })],
  ['a cycle', cycle],
  ['an object with a property toJSON', { toJSON: 1, name: 'owl' }],
];

const stores: Readonly<Record<string, (folder: string) => StoreChoice<unknown> | undefined>> = {
  'memory alone': () => undefined,
  'a map': () => mapStore(),
  SQLite: (folder) => sqlite({ file: join(folder, 'cache.db') }),
};

/* Every peer measured loads undefined again and again, or throws; cacheable 2 stored 0 and answered undefined. */
describe.each(Object.keys(stores))('over %s', (kind) => {
  it.each(values)('%s is loaded once in six calls, and comes back as it was', async (_name, value) => {
    const store = stores[kind]?.(await temporaryFolder());
    const cache = await createCache({ ...(store && { store, maxItems: 1 }), clock: new FakeClock() });
    let loads = 0;
    for (let call = 0; call < 6; call++) {
      const answer = await cache.getOrLoad('owl', () => {
        loads++;
        return value;
      });
      const isSame = isDeepStrictEqual(answer, value) && Object.is(Object.getPrototypeOf(Object(answer)), Object.getPrototypeOf(Object(value))); // prettier-ignore
      expect(isSame).toBe(true);
      await settle();
      // Evicts the other where there is a store.
      await cache.set('wren', call);
    }
    expect(loads).toBe(1);
    await cache.close();
  });
});

it.each(['a map', 'SQLite'])('over %s a function is refused, and never changed on the way', async (kind) => {
  const store = stores[kind]?.(await temporaryFolder());
  const cache = await createCache({ ...(store && { store }), clock: new FakeClock() });
  await expect(cache.set('owl', { run: () => 1 })).rejects.toMatchObject({ code: 'bad_value' });
  expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
  await cache.close();
});
