import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type BackingStore, type Invalidation, MapStore, type Operation, type Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres, type PostgresOptions } from './index.js';

// What every backing store promises is tested in contract.spec.ts.

const server = await findPostgres();

describeWith(server)('a store in PostgreSQL', () => {
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

  async function open(options: Partial<PostgresOptions> = {}, namespace = 'birds') {
    const clock = new FakeClock();
    const store = postgres({ pool, table, ...options }).create({ namespace, clock });
    opened.push(store);
    await store.open();
    const put = (...rows: readonly Row[]) => store.apply(rows.map((each) => ({ type: 'set', row: each })));
    const keys = async () => Array.from(await store.rows(), ({ key }) => key).sort();
    return { store, clock, put, keys };
  }

  /** Resolves when everything has been deleted that is to be. */
  async function swept(): Promise<void> {
    const waiting = `SELECT 1 FROM ${table}_invalidation WHERE NOT is_swept`;
    while ((await schema.ask(waiting)).length > 0);
  }

  /** Rows that the table will not have. */
  async function refuse(key: string): Promise<void> {
    await schema.ask(`ALTER TABLE ${table} ADD CHECK (key <> '${key}')`);
  }

  describe('atomicity', () => {
    it('applies nothing of operations of which the server refuses one', async () => {
      const { store, put } = await open();
      await put(row('owl', { tags: ['night'] }));
      await refuse('emu');
      const batches: Operation[][] = [
        [{ type: 'delete', key: 'owl', version: 2 }, set(row('wren')), set(row('emu'))],
        [set(row('owl', { value: 'new', version: 2 })), set(row('emu'))],
      ];
      for (const batch of batches)
        await expect(store.apply(batch)).rejects.toMatchObject({
          code: 'store_failed',
          cause: { code: '23514' },
        });
      expect(await store.rows()).toEqual([row('owl', { tags: ['night'] })]);
    });

    it('sends nothing where a row carries neither text nor bytes', async () => {
      const { store, put, keys } = await open();
      const unbindable = row('emu', { value: { not: 'encoded' } as unknown as string });
      await expect(put(row('owl'), unbindable)).rejects.toMatchObject({ code: 'bad_value' });
      await expect(store.replaceAll(pages([row('jay')], [unbindable]))).rejects.toMatchObject({
        code: 'bad_value',
      });
      expect(await keys()).toEqual([]);
    });

    it('replaces all rows or none', async () => {
      const { store, put, keys } = await open();
      await put(row('owl'), row('wren'));
      await refuse('emu');
      await expect(store.replaceAll(pages([row('jay')], [row('emu')], [row('tit')]))).rejects.toMatchObject({
        code: 'store_failed',
      });
      expect(await keys()).toEqual(['owl', 'wren']);
      await store.replaceAll(pages([row('jay')]));
      expect(await keys()).toEqual(['jay']);
    });

    it('tells no value in an error, however deep one looks', async () => {
      const { put } = await open();
      await refuse('emu');
      const error = await put(row('emu', { value: 'hunter2', tags: ['hunter2'] })).catch(
        (thrown: unknown) => thrown,
      );
      expect(everythingIn(error)).toContain('violates check constraint');
      expect(everythingIn(error)).not.toContain('hunter2');
    });
  });

  describe('a batch', () => {
    it('of 10,000 rows is one statement, and so is their deletion', async () => {
      const { store, put } = await open();
      const rows = Array.from({ length: 10_000 }, (_, n) =>
        row(`bird ${n}`, { version: n, tags: [`${n % 7}`] }),
      );
      await put(...rows);
      expect(await statementsBehind(table)).toBe(1);
      expect(await store.getMany(['bird 0', 'bird 9999'])).toHaveLength(2);
      await store.apply(rows.map(({ key }) => ({ type: 'delete', key, version: 2 })));
      expect(await store.rows()).toEqual([]);
    });

    it('larger than a statement is whole all the same, and may delete', async () => {
      const { store, put } = await open();
      await put(row('owl'), row('wren'));
      await refuse('zebra finch');
      const heavy = Array.from({ length: 20 }, (_, n) =>
        set(row(`\u{1f989}\uffff ${n}`, { value: 'x'.repeat(2 ** 20) })),
      );
      const deletion = { type: 'delete', key: 'owl', version: 2 } as const;
      await expect(store.apply([...heavy, deletion, set(row('zebra finch'))])).rejects.toMatchObject({
        code: 'store_failed',
      });
      expect(await store.rows()).toHaveLength(2);
      await store.apply([...heavy, deletion]);
      expect(await statementsBehind(`${table} WHERE key <> 'wren'`)).toBe(2);
      expect(await store.getMany(['owl', 'wren', '\u{1f989}\uffff 0', '\u{1f989}\uffff 19'])).toHaveLength(3);
    });

    it('leaves no mark of what it deletes beside what it writes', async () => {
      const { store, put } = await open();
      await put(row('owl'));
      await store.apply([
        { type: 'delete', key: 'owl', version: 2 },
        { type: 'delete', key: 'emu', version: 2 },
        set(row('wren')),
      ]);
      expect(await schema.ask(`SELECT key FROM ${table}`)).toEqual([{ key: 'wren' }]);
    });

    async function statementsBehind(name: string): Promise<number> {
      const rows = await schema.ask<{ count: string }>(
        `SELECT count(DISTINCT (xmin::text, cmin::text)) FROM ${name}`,
      );
      return Number(rows[0]?.count);
    }
  });

  describe('names', () => {
    it('are never part of SQL', async () => {
      const columns = `SELECT attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid = $1::regclass`;
      const before = async () => schema.ask(columns, [table]);
      const { store, put } = await open();
      const shape = await before();
      for (const name of hostileNames) {
        const tagged = row(name, { tags: [name, 'b'] });
        await put(tagged);
        expect(await store.get(name)).toEqual(tagged);
        const other = await open({}, name);
        expect(await other.store.rows()).toEqual([]);
        await other.put(row('owl'));
        await store.invalidate([{ scope: 'tag', name, version: 1 }]);
        await swept();
        expect(await store.rows()).toEqual([]);
        await other.store.apply([{ type: 'delete', key: 'owl', version: 2 }]);
        expect(await other.store.rows()).toEqual([]);
      }
      expect(await before()).toEqual(shape);
    });

    it.each<[string, Row]>([
      ['key', row('\ud800')],
      ['tag', row('owl', { tags: ['night', '\udc00'] })],
      ['value', row('owl', { value: 'a\ud800' })],
    ])('that are no Unicode are refused rather than changed: a %s', async (what, bad) => {
      const { put } = await open();
      await expect(put(bad)).rejects.toThrow(`a ${what} with half of a surrogate pair`);
    });

    it('that are no Unicode are not taken for others', async () => {
      const { store, put, keys } = await open();
      await put(row('\ufffd', { tags: ['\ufffd'] }));
      expect(await store.get('\ud800')).toBeUndefined();
      await store.apply([{ type: 'delete', key: '\ud800', version: 2 }]);
      await store.invalidate([{ scope: 'tag', name: '\ud800', version: 1 }]);
      await swept();
      expect(await keys()).toEqual(['\ufffd']);
    });

    it('as long as an index takes are kept, and longer ones refused', async () => {
      const { store, put } = await open();
      // Random, since what can be compressed would find room.
      const longest = randomBytes(1950).toString('base64').slice(0, 2595);
      const tag = randomBytes(1950).toString('base64').slice(0, 2600);
      const kept = row(longest, { tags: [tag] });
      await put(kept);
      expect(await store.get(longest)).toEqual(kept);
      await expect(put(row(`${longest}x`))).rejects.toMatchObject({
        code: 'bad_key',
        message: expect.stringContaining(
          'a key must be at most 2595 bytes to be found in PostgreSQL, got 2596',
        ) as string,
      });
      await expect(put(row('owl', { tags: [`${tag}x`] }))).rejects.toMatchObject({ code: 'bad_key' });
      expect(await store.getMany([`${longest}x`, 'owl'])).toEqual([]);
      await store.apply([{ type: 'delete', key: `${longest}x`, version: 2 }]);
    });
  });

  describe('expiry', () => {
    it('removes what has expired with a write, once a second, and nothing else', async () => {
      const { clock, put, keys } = await open({ role: 'cache' });
      const at = (ms: number) => clock.wallNow() + ms;
      await put(row('soon', { expiresAt: at(1000) }), row('late', { expiresAt: at(1001) }), row('never'));
      clock.advance(999);
      await put(row('owl'));
      expect(await keys()).toEqual(['late', 'never', 'owl', 'soon']);
      clock.advance(1);
      await put(row('owl'));
      expect(await keys()).toEqual(['late', 'never', 'owl']);
      clock.advance(1);
      await put(row('owl'));
      expect(await keys()).toEqual(['late', 'never', 'owl']);
    });

    it('goes on at the next write where there is more', async () => {
      const { clock, put, keys } = await open({ role: 'cache' });
      await put(...Array.from({ length: 1500 }, (_, n) => row(`old ${n}`, { expiresAt: clock.wallNow() })));
      clock.advance(1000);
      await put(row('owl'));
      expect(await keys()).toHaveLength(501);
      await put(row('owl'));
      expect(await keys()).toEqual(['owl']);
    });

    it('removes nothing of another cache, and nothing from a record', async () => {
      const birds = await open({ role: 'cache' });
      const fish = await open({}, 'fish');
      await birds.put(row('owl', { expiresAt: birds.clock.wallNow() + 1 }));
      await fish.put(row('cod', { expiresAt: fish.clock.wallNow() }));
      fish.clock.advance('1h');
      await fish.put(row('eel'));
      birds.clock.advance('1h');
      await birds.put(row('jay'));
      expect([await birds.keys(), await fish.keys()]).toEqual([['jay'], ['cod', 'eel']]);
    });
  });

  it('does what a map would do, whatever the order', async () => {
    const name = fc.constantFrom('a', 'b', 'c', '\0', '\u0001', '\u00010', '\\"{}');
    const version = fc.integer({ min: 1, max: 5 });
    const change = fc.oneof(
      fc
        .tuple(name, fc.string({ unit: 'grapheme' }), fc.array(name, { maxLength: 3 }), version)
        .map(([key, value, tags, at]) => set(row(key, { value, tags, version: at }))),
      fc.tuple(name, version).map(([key, at]) => ({ type: 'delete', key, version: at }) as const),
    );
    const invalidation = fc.record({
      scope: fc.constantFrom('tag' as const, 'prefix' as const, 'pattern' as const),
      name: fc.oneof(name, fc.constantFrom('*', '?', '?0', '\u0001?')),
      version,
    });
    const act = fc.oneof(
      { weight: 5, arbitrary: fc.array(change, { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(invalidation, { maxLength: 2 }).map((gone) => ({ gone })) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    const perform = async (store: BackingStore, task: Operation[] | { gone: Invalidation[] } | 'clear') => {
      if (task === 'clear') return store.clear();
      if (!('gone' in task)) return store.apply(task);
      await store.invalidate(task.gone);
      return swept();
    };
    const byKey = async (store: BackingStore) =>
      new Map(Array.from(await store.rows(), (each) => [each.key, each]));
    const ofEach = async (store: BackingStore) =>
      new Map(
        Array.from(await store.invalidations(), (each) => [`${each.scope} ${each.name}`, each.version]),
      );
    const { store } = await open();
    const sameAsMap = fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const model = new MapStore();
      await store.clear();
      for (const each of acts) await Promise.all([perform(store, each), perform(model, each)]);
      expect(await byKey(store)).toEqual(await byKey(model));
      expect(await ofEach(store)).toEqual(await ofEach(model));
    });
    await fc.assert(sameAsMap, { numRuns: 40 });
  });

  describe('closing', () => {
    it('refuses every call afterwards, and before it is open', async () => {
      const closed = await open();
      await closed.store.close();
      const unopened = postgres({ pool, table }).create({ namespace: 'birds', clock: new FakeClock() });
      for (const store of [closed.store, unopened]) {
        const calls = [
          () => store.get('owl'),
          () => store.getMany([]),
          () => store.apply([]),
          () => store.clear(),
          () => store.invalidate([]),
          () => store.invalidations(),
          () => store.rows(),
          () => store.scan?.()[Symbol.asyncIterator]().next(),
          () => store.replaceAll(pages()),
        ];
        for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'closed' });
        await store.close();
      }
    });

    it('finishes the writes that it was given', async () => {
      const { store, put } = await open();
      const writes = Array.from({ length: 20 }, (_, n) => put(row(`bird ${n}`)));
      await Promise.all([...writes, store.close()]);
      expect(await (await open()).keys()).toHaveLength(20);
    });

    it('ends a scan that somebody has left standing', async () => {
      const { store, put } = await open();
      await put(...Array.from({ length: 500 }, (_, n) => row(`bird ${n}`)));
      const scan = store.scan?.()[Symbol.asyncIterator]();
      await scan?.next();
      await store.close();
      await expect(scan?.next()).rejects.toMatchObject({ code: 'closed' });
    });

    it('may be followed by opening', async () => {
      const { store, put } = await open();
      await put(row('owl'));
      await store.close();
      await store.open();
      expect(await store.get('owl')).toEqual(row('owl'));
    });
  });
});

const hostileNames = [
  `'); DROP TABLE entry; --`,
  `" OR 1=1`,
  '$1',
  '{a,"b"}',
  'NULL',
  '\\',
  '\\x00',
  `"`,
  `\\"`,
  '%',
  '_',
  '\0',
  'a\0b',
  '\u0001',
  '\u00010',
  '\u00011',
  '\u0001\0',
  '\r\n',
  '\u{1f989}',
];

function row(key: string, rest: Partial<Row> = {}): Row {
  return { key, value: `"${key}"`, expiresAt: undefined, version: 1, tags: [], ...rest };
}

function set(each: Row): Operation {
  return { type: 'set', row: each };
}

async function* pages(...each: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* each;
}

/** Message, properties and causes, as a logger would write them. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [...own, everythingIn(error.cause)].join('\n');
}
