import pg from 'pg';
import { CacheError } from 'nuthatch/engine';
import { postgres, type PostgresOptions, type PostgresPool } from './index.js';
import { resolveOptions } from './options.js';

const pool: PostgresPool = new pg.Pool({});

it('gives every option its default', () => {
  expect(resolveOptions({})).toEqual({
    source: {
      kind: 'own',
      client: expect.any(Function) as unknown,
      connectionString: undefined,
      ssl: undefined,
      maxConnections: 10,
    },
    table: {
      sql: '"nuthatch_entry"',
      invalidations: '"nuthatch_entry_invalidation"',
      shown: 'nuthatch_entry',
    },
    role: 'record',
    timeouts: { connectTimeoutMs: 5000, statementTimeoutMs: 10_000, bulkTimeoutMs: 300_000 },
  });
});

it('quotes table and schema', () => {
  expect(resolveOptions({ table: 'Birds.nest_1' }).table).toEqual({
    sql: '"Birds"."nest_1"',
    invalidations: '"Birds"."nest_1_invalidation"',
    shown: 'Birds.nest_1',
  });
});

it('takes a pool of pg, and nothing that would be of no effect beside it', () => {
  expect(resolveOptions({ pool, connectTimeoutMs: 100 }).source).toEqual({ kind: 'given', pool });
});

it.each<[string, Partial<Record<keyof PostgresOptions, unknown>>]>([
  ['table', { table: '' }],
  ['table', { table: '1st' }],
  ['table', { table: 'a.b.c' }],
  ['table', { table: 'a"; DROP TABLE b; --' }],
  ['table', { table: 'nest\n' }],
  ['table', { table: 'vögel' }],
  ['table', { table: 'x'.repeat(51) }],
  ['table', { table: 5 }],
  ['role', { role: 'owner' }],
  ['pool', { pool: {} }],
  ['pool', { pool: null }],
  ['connectionString', { connectionString: '' }],
  ['connectionString', { connectionString: 5 }],
  ['maxConnections', { maxConnections: 0 }],
  ['connectTimeoutMs', { connectTimeoutMs: NaN }],
  ['statementTimeoutMs', { statementTimeoutMs: 0 }],
  ['statementTimeoutMs', { statementTimeoutMs: '1s' }],
  ['bulkTimeoutMs', { bulkTimeoutMs: 2 ** 31 }],
  ['connectionString, ssl', { pool, connectionString: 'postgres://localhost/test', ssl: true }],
  ['maxConnections, client', { pool, maxConnections: 5, client: () => undefined }],
])('names %s where it cannot be %j', (option, wrong) => {
  const error = errorOf(wrong);
  expect(error).toMatchObject({
    code: 'bad_option',
    message: expect.stringMatching(`^${option} must be`) as string,
  });
});

it('tells everything that is wrong in one go, and never what the connection string is', () => {
  const { message } = errorOf({
    pool: 5,
    connectionString: ['hunter2'],
    table: '-',
    role: 'x',
    bulkTimeoutMs: 0,
  });
  expect(message.split('\n')).toHaveLength(6);
  expect(message).not.toContain('hunter2');
});

it.each([['postgres://bird:hunter2@localhost/test'], [null], [5]])(
  'shows how it is called where it is given no options, and not what it was given',
  (given) => {
    const found = given === null ? 'null' : typeof given;
    expect(errorOf(given as never)).toMatchObject({
      code: 'bad_option',
      message: `postgres needs options such as postgres({ connectionString: 'postgres://...' }), got ${found}`,
    });
  },
);

it('names an option that there is not, and not its value', () => {
  const { message } = errorOf({ url: 'postgres://bird:hunter2@localhost/test' } as object);
  expect(message).toMatch(/^there is no option url; there are connectionString, pool, /);
  expect(message).not.toContain('hunter2');
});

it.each(['\ud800', 'x'.repeat(2600)])('refuses a cache whose name no column can hold', (namespace) => {
  const create = () => postgres({ pool }).create({ namespace, clock: { now, wallNow: now, schedule } });
  expect(create).toThrow(expect.objectContaining({ code: 'bad_option' }) as Error);
});

const now = () => 0;
const schedule = () => ({ cancel: () => undefined });

function errorOf(options: Partial<Record<keyof PostgresOptions, unknown>>): CacheError {
  try {
    postgres(options as PostgresOptions);
  } catch (error) {
    if (error instanceof CacheError) return error;
  }
  throw new Error('these options were taken');
}
