import fc from 'fast-check';
import pg from 'pg';
import type { BackingStore, Invalidation, Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres } from './index.js';
import { endOf } from './sweeper.js';

const server = await findPostgres();

describeWith(server)('what invalidations make gone', () => {
  const pool = new pg.Pool(server?.config);
  let schema: TestSchema;
  let table: string;
  let opened: BackingStore[];

  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(async () => {
    await pool.end();
    await schema.drop();
  });
  beforeEach(() => {
    opened = [];
    ({ table } = schema.table());
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  async function open(namespace = 'birds'): Promise<BackingStore> {
    const store = postgres({ pool, table, role: 'cache' }).create({ namespace, clock: new FakeClock() });
    opened.push(store);
    await store.open();
    return store;
  }

  async function keysIn(store: BackingStore): Promise<string[]> {
    return Array.from(await store.rows(), ({ key }) => key).sort();
  }

  /** Resolves when everything has been deleted that is to be. */
  async function swept(): Promise<void> {
    const waiting = `SELECT 1 FROM ${table}_invalidation WHERE NOT is_swept`;
    while ((await schema.ask(waiting)).length > 0);
  }

  it.each<[string, Invalidation]>([
    ['a tag', { scope: 'tag', name: 'odd', version: 10 }],
    ['a prefix', { scope: 'prefix', name: 'odd_%:', version: 10 }],
    ['a pattern', { scope: 'pattern', name: 'odd_?:*', version: 10 }],
  ])('by %s is deleted page by page, and nothing newer, and nothing else', async (_, gone) => {
    const [store, other] = [await open(), await open('fish')];
    const keys = Array.from({ length: 2500 }, (__, n) => `odd_%:${n}`);
    const rows = keys.map((key, n) => row(key, { version: n < 5 ? 11 : 10, tags: ['odd'] }));
    const spared = [row('odd_x'), row('oddX%:1'), row('odd_%', { tags: ['even'] })];
    for (const each of [store, other]) await put(each, ...rows, ...spared);
    await store.invalidate([gone]);
    await swept();
    const left = [...keys.slice(0, 5), 'odd_x', 'oddX%:1', 'odd_%'].sort();
    expect(await keysIn(store)).toEqual(left);
    expect(await other.rows()).toHaveLength(2503);
  });

  it('is deleted by the next process where the last has ended before', async () => {
    const store = await open();
    await put(store, row('owl', { tags: ['night'] }), row('bat', { tags: ['night'], version: 3 }));
    await store.invalidate([
      { scope: 'tag', name: 'night', version: 2 },
      { scope: 'prefix', name: 'x', version: 2 },
    ]);
    await swept();
    await put(store, row('owl', { tags: ['night'] }), row('xerus'));
    await store.close();
    await schema.ask(`UPDATE ${table}_invalidation SET is_swept = false WHERE scope = 'tag'`);
    const next = await open();
    expect(await next.invalidations()).toHaveLength(2);
    await swept();
    expect(await keysIn(next)).toEqual(['bat', 'xerus']);
  });

  it('and cannot be deleted fails nobody, and is deleted after the next invalidation', async () => {
    const store = await open();
    await put(store, row('owl'), row('bat'));
    await schema.ask(`CREATE FUNCTION ${table}_refuse() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN RAISE EXCEPTION ''not now''; END'`);
    await schema.ask(
      `CREATE TRIGGER refuse BEFORE DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_refuse()`,
    );
    await store.invalidate([{ scope: 'prefix', name: 'o', version: 1 }]);
    await store.close();
    expect(await schema.ask(`SELECT key FROM ${table}`)).toHaveLength(2);
    await schema.ask(`DROP TRIGGER refuse ON ${table}`);
    const next = await open();
    await next.invalidations();
    await next.invalidate([{ scope: 'prefix', name: 'b', version: 1 }]);
    await swept();
    expect(await next.rows()).toEqual([]);
  });

  it('stays gone where invalidations are summed up, and they are no more than 10,000', async () => {
    const [store, other] = [await open(), await open('fish')];
    await put(store, row('owl', { tags: ['tag 0'] }), row('jay', { version: 20_000, tags: ['tag 0'] }));
    await other.invalidate([{ scope: 'tag', name: 'night', version: 1 }]);
    for (let from = 0; from < 12_000; from += 4000)
      await store.invalidate(
        Array.from({ length: 4000 }, (_, n) => ({
          scope: 'tag',
          name: `tag ${from + n}`,
          version: from + n + 1,
        })),
      );
    const summedUp = `SELECT 1 FROM ${table}_invalidation WHERE scope = 'prefix' AND name = '""'`;
    while ((await schema.ask(summedUp)).length === 0);
    const left = await store.invalidations();
    expect(left.length).toBeLessThan(10_000);
    const [sum, ...rest] = left;
    expect(sum).toEqual({ scope: 'prefix', name: '', version: (rest[0]?.version ?? 0) - 1 });
    expect(rest.at(-1)).toEqual({ scope: 'tag', name: 'tag 11999', version: 12_000 });
    expect(await other.invalidations()).toHaveLength(1);
  });
});

it('lies before the end of its prefix, in the order of UTF-8, with all that begins so', () => {
  const text = fc.string({ unit: 'binary' });
  const inOrder = (one: string, other: string): number =>
    Buffer.compare(Buffer.from(one), Buffer.from(other));
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = endOf(prefix);
      const isWithin = (key: string): boolean =>
        inOrder(prefix, key) <= 0 && (end === null || inOrder(key, end) < 0);
      expect(isWithin(prefix + other)).toBe(true);
      expect(isWithin(other)).toBe(other.startsWith(prefix));
    }),
  );
  expect(endOf('a\ud7ff')).toBe('a\ue000');
  expect(endOf('a\u{10ffff}\u{10ffff}')).toBe('b');
  expect([endOf(''), endOf('\u{10ffff}')]).toEqual([null, null]);
});

function row(key: string, rest: Partial<Row> = {}): Row {
  return { key, value: `"${key}"`, expiresAt: undefined, version: 1, tags: [], ...rest };
}

async function put(store: BackingStore, ...rows: readonly Row[]): Promise<void> {
  await store.apply(rows.map((each) => ({ type: 'set', row: each })));
}
