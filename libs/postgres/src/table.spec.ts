import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { Connections } from './connections.js';
import { Database } from './database.js';
import { postgres, type PostgresOptions } from './index.js';
import { migrations, prepareTable } from './migrations.js';
import { resolveOptions } from './options.js';
import { type TableName, tableName } from './table-name.js';

const server = await findPostgres();

describeWith(server)('the table', () => {
  let schema: TestSchema;
  let table: ReturnType<TestSchema['table']>;

  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(() => schema.drop());
  beforeEach(() => {
    table = schema.table();
  });

  async function open(options: PostgresOptions = table, namespace = 'birds'): Promise<void> {
    const store = postgres(options).create({ namespace, clock: new FakeClock() });
    try {
      await store.open();
    } finally {
      await store.close();
    }
  }

  /** What the catalogue says of a relation, to see that nobody has touched it. */
  function catalogued(name = table.table) {
    return schema.ask(
      `SELECT oid, xmin, obj_description(oid, 'pg_class') FROM pg_class WHERE oid = to_regclass($1)`,
      [name],
    );
  }

  /** Columns, constraints and indexes, without the name of the table. */
  async function shapeOf(name: string) {
    const found = await schema.ask(
      `SELECT string_agg(attname || format_type(atttypid, atttypmod) || attnotnull || attcollation, ',') AS columns,
         (SELECT array_agg(pg_get_constraintdef(c.oid) ORDER BY conname) FROM pg_constraint c WHERE conrelid = $1::regclass),
         (SELECT array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid) FROM pg_index WHERE indrelid = $1::regclass),
         obj_description($1::regclass, 'pg_class')
       FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0`,
      [name],
    );
    return JSON.stringify(found).replaceAll(name.split('.')[1] ?? '', 'entry');
  }

  it('is made once, by however many caches and processes at a time', async () => {
    // Each factory has connections of its own, as each process has.
    const stores = Array.from({ length: 12 }, (_, n) =>
      postgres(table).create({ namespace: `birds ${n % 3}`, clock: new FakeClock() }),
    );
    await Promise.all(stores.map((store) => store.open()));
    await Promise.all(stores.map((store) => store.close()));
    expect(await catalogued()).toMatchObject([{ obj_description: 'Nuthatch, schema 2' }]);
  });

  it('is left as it is by those who find it', async () => {
    await open();
    const found = await catalogued();
    await open();
    expect(await catalogued()).toEqual(found);
  });

  it('may be made with what the documentation says', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/postgres.md'), 'utf8');
    const [, sql = ''] = /```sql\n(.*?)```/s.exec(page) ?? [];
    const byHand = schema.table();
    await schema.ask(sql.replaceAll('nuthatch_entry', byHand.table));
    await open(byHand);
    await open();
    for (const suffix of ['', '_invalidation'])
      expect(await shapeOf(byHand.table + suffix)).toEqual(await shapeOf(table.table + suffix));
  });

  it('keeps its name as it is written', async () => {
    const written = schema.table('Nest');
    await open(written);
    expect(await schema.ask('SELECT 1 FROM pg_class WHERE relname = $1', ['Nest'])).toHaveLength(1);
  });

  it('is found in the schema that the connection looks in first, where none is named', async () => {
    const [path = '', name = ''] = table.table.split('.');
    const connectionString = `${table.connectionString}&options=${encodeURIComponent(`-c search_path=${path}`)}`;
    await open({ connectionString, table: name });
    expect(await catalogued()).toHaveLength(1);
  });

  it.each<[string, (name: string) => string, string]>([
    [
      'a table of somebody else',
      (name) => `CREATE TABLE ${name} (key text PRIMARY KEY)`,
      'expected a table of Nuthatch',
    ],
    ['a view', (name) => `CREATE VIEW ${name} AS SELECT 1 AS key`, 'expected a table of Nuthatch'],
    [
      'another shape',
      (name) => `CREATE TABLE ${name} (key text); COMMENT ON TABLE ${name} IS 'Nuthatch, schema 2'`,
      'column "namespace" of relation .* does not exist',
    ],
    [
      'no primary key',
      (name) => `${made(name)}; ALTER TABLE ${name} DROP CONSTRAINT ${name.split('.')[1]}_pkey;
        COMMENT ON TABLE ${name} IS 'Nuthatch, schema 2'`,
      '.*no unique or exclusion constraint',
    ],
    [
      'a column of another type',
      (name) => `${made(name)}; ALTER TABLE ${name} ALTER expires_at TYPE timestamptz USING NULL;
        COMMENT ON TABLE ${name} IS 'Nuthatch, schema 2'`,
      '.*is of type',
    ],
    [
      'a newer version',
      (name) => `CREATE TABLE ${name} (key text); COMMENT ON TABLE ${name} IS 'Nuthatch, schema 3'`,
      'it has schema version 3, this Nuthatch knows up to 2; install the version of Nuthatch that made it',
    ],
  ])('is refused where it is %s, and left alone', async (_, make, message) => {
    await schema.ask(make(table.table));
    const before = await catalogued();
    await expect(open()).rejects.toMatchObject({
      code: 'store_unusable',
      message: expect.stringMatching(
        `^the PostgreSQL table ${table.table} cannot be used: ${message}`,
      ) as string,
    });
    expect(await catalogued()).toEqual(before);
  });

  it('is refused in a schema that there is not', async () => {
    await expect(open({ ...table, table: 'nowhere_at_all.entry' })).rejects.toMatchObject({
      code: 'store_unusable',
      message: expect.stringContaining('schema "nowhere_at_all" does not exist') as string,
      cause: { code: '3F000' },
    });
  });

  it('is refused where it can only be read', async () => {
    await open();
    const connectionString = `${table.connectionString}&options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
    await expect(open({ ...table, connectionString })).rejects.toMatchObject({
      code: 'store_unusable',
      cause: { code: '25006' },
    });
  });

  it('of an older version is brought up to date once, with its rows', async () => {
    await open();
    await schema.ask(`INSERT INTO ${table.table} VALUES ('birds', 'owl', 1, NULL, '{}', '1', NULL)`);
    const steps = [
      ...migrations,
      ({ sql }: TableName) => `ALTER TABLE ${sql} ADD COLUMN weight integer DEFAULT 5`,
    ];
    const { source, timeouts, table: name } = resolveOptions(table);
    const upgrade = async () => {
      const connections = new Connections(source, timeouts);
      const parts = { table: name.shown, timeouts, clock: new FakeClock() };
      await prepareTable(new Database(await connections.acquire(), parts), name, steps);
      await connections.release();
    };
    await Promise.all([upgrade(), upgrade(), upgrade()]);
    expect(await schema.ask(`SELECT key, weight FROM ${table.table}`)).toEqual([{ key: 'owl', weight: 5 }]);
    expect(await catalogued()).toMatchObject([{ obj_description: 'Nuthatch, schema 3' }]);
    await expect(open()).rejects.toMatchObject({ code: 'store_unusable' });
  });

  it('of the first version is brought up to date with its rows, which are read', async () => {
    const name = tableName(table.table);
    await schema.ask(`${migrations[0]?.(name)}; COMMENT ON TABLE ${name.sql} IS 'Nuthatch, schema 1'`);
    await schema.ask(`INSERT INTO ${table.table} VALUES ('birds', 'owl', 1, 5, '{night}', '1', NULL)`);
    const store = postgres(table).create({ namespace: 'birds', clock: new FakeClock() });
    await store.open();
    const owl = { key: 'owl', value: '1', expiresAt: 5, version: 1, tags: ['night'] };
    expect(await store.rows()).toEqual([owl]);
    expect(await store.invalidations()).toEqual([]);
    await store.close();
    expect(await catalogued()).toMatchObject([{ obj_description: 'Nuthatch, schema 2' }]);
  });

  it('is refused where that of invalidations is missing', async () => {
    await open();
    await schema.ask(`DROP TABLE ${table.table}_invalidation`);
    await expect(open()).rejects.toMatchObject({ code: 'store_unusable', cause: { code: '42P01' } });
  });

  it('is not there where it could not be made, and can be made later', async () => {
    const { source, timeouts, table: name } = resolveOptions(table);
    const connections = new Connections(source, timeouts);
    const parts = { table: name.shown, timeouts, clock: new FakeClock() };
    const database = new Database(await connections.acquire(), parts);
    const broken = [...migrations, () => 'ALTER TABLE nobody ADD COLUMN weight integer'];
    await expect(prepareTable(database, name, broken)).rejects.toMatchObject({ code: 'store_unusable' });
    expect(await catalogued()).toEqual([]);
    await connections.release();
    await open();
  });
});

/** What makes both tables as they are today. */
function made(name: string): string {
  return migrations.map((step) => step(tableName(name))).join('');
}
