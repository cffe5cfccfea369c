import { type Cache, type CacheOptions, createCache } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres } from './index.js';

const server = await findPostgres();

describeWith(server)('a cache over PostgreSQL', () => {
  let schema: TestSchema;
  let table: ReturnType<TestSchema['table']>;
  let opened: Cache<unknown>[];

  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(() => schema.drop());
  beforeEach(() => {
    opened = [];
    table = schema.table();
  });
  afterEach(async () => {
    for (const cache of opened) await cache.close();
  });

  /** A cache with a memory and connections of its own, as another process has them. */
  async function open(options: Partial<CacheOptions<unknown>> = {}) {
    const store = postgres(table);
    const cache = await createCache<unknown>({ name: 'birds', store, clock: new FakeClock(), ...options });
    opened.push(cache);
    return cache;
  }

  it('finds what another has written, values of every kind', async () => {
    const owl = {
      hatched: new Date(0),
      weights: new Map([['male', 5n]]),
      nest: new Uint8Array([0, 1, 255]),
      call: 'hu\0',
    };
    await (await open()).set('owl', owl, { tags: ['night'] });
    expect(await (await open()).get('owl')).toEqual(owl);
  });

  it('keeps its rows, as a record, when memory forgets', async () => {
    const clock = new FakeClock();
    const cache = await open({ clock });
    await cache.set('owl', 'kept', { ttl: '1m' });
    clock.advance('2m');
    expect(await cache.get('owl')).toBe('kept');
    await cache.clear();
    expect(await cache.get('owl')).toBe('kept');
    expect(await cache.getOrLoad('wren', async () => 'loaded')).toBe('loaded');
    expect(await schema.ask(`SELECT key FROM ${table.table}`)).toEqual([{ key: 'owl' }]);
  });

  it('brings everything that was written back to the table when it closes', async () => {
    const cache = await open({ writePolicy: 'writeBack' });
    await cache.setMany(Array.from({ length: 2500 }, (_, n) => [`bird ${n}`, n] as const));
    await cache.delete('bird 7');
    await cache.close();
    const counted =
      await schema.ask(`SELECT count(*)::int AS rows, count(*) FILTER (WHERE key = 'bird 7')::int AS seven
      FROM ${table.table}`);
    expect(counted).toEqual([{ rows: 2499, seven: 0 }]);
  });
});
