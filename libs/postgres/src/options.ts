import type { ConnectionOptions } from 'node:tls';
import type { StoreRole } from 'nuthatch/engine';
import type { PostgresClient, PostgresPool } from './client.js';
import { badPostgresOptions, noPostgresOptions } from './errors.js';
import { loadClient } from './load-client.js';
import { isTableName, LONGEST_TABLE_NAME, type TableName, tableName } from './table-name.js';

/** What {@link postgres} may be told. */
export interface PostgresOptions {
  /**
   * The database, such as `'postgres://user:password@host:5432/name?sslmode=verify-full'`. Where neither this nor `pool` is given, `pg`
   * reads `PGHOST`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and the like. Never shown in a message.
   */
  readonly connectionString?: string | undefined;
  /**
   * A `Pool` of `pg` that you have; it stays open when the cache is closed. Give it a `statement_timeout`, so that the server, too, stops
   * working on what is given up here.
   */
  readonly pool?: PostgresPool | undefined;
  /** Encryption, as `pg` takes it; by default what `connectionString` or `PGSSLMODE` says. Not with `pool`. */
  readonly ssl?: boolean | ConnectionOptions | undefined;
  /** How many connections the caches of this factory share; 10 by default. Not with `pool`. */
  readonly maxConnections?: number | undefined;
  /** How long to wait for a connection, in milliseconds; 5,000 by default. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long one statement may take, in milliseconds; 10,000 by default. Then it is given up, and its connection closed. */
  readonly statementTimeoutMs?: number | undefined;
  /**
   * How long one statement may take that goes through all rows of a cache (`rows`, `clear`, a tag, a snapshot), in milliseconds; 300,000 by
   * default.
   */
  readonly bulkTimeoutMs?: number | undefined;
  /**
   * The table, made where there is none, or `schema.table` in a schema that exists; `'nuthatch_entry'` by default. Caches of any number and
   * name may share it. Letters, digits and `_`, in the case in which they are written.
   */
  readonly table?: string | undefined;
  /** What the table is to the cache; `'record'` by default: its rows never expire, and only `delete` deletes them. */
  readonly role?: StoreRole | undefined;
  /** How the driver is loaded; `import('pg')` by default. For bundlers. Not with `pool`. */
  readonly client?: (() => Promise<PostgresClient>) | undefined;
}

/** Options with every value in its place. */
export interface ResolvedOptions {
  readonly source: PoolSource;
  readonly table: TableName;
  readonly role: StoreRole;
  readonly timeouts: Timeouts;
}

/** Where connections come from: the user's pool, or one of our own. */
export type PoolSource =
  | { readonly kind: 'given'; readonly pool: PostgresPool }
  | {
      readonly kind: 'own';
      readonly client: () => Promise<PostgresClient>;
      readonly connectionString: string | undefined;
      readonly ssl: boolean | ConnectionOptions | undefined;
      readonly maxConnections: number;
    };

/** How long things may take, in milliseconds. */
export interface Timeouts {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly bulkTimeoutMs: number;
}

const DEFAULT_TABLE = 'nuthatch_entry';
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof PostgresOptions, true>> = {
  connectionString: true,
  pool: true,
  ssl: true,
  maxConnections: true,
  connectTimeoutMs: true,
  statementTimeoutMs: true,
  bulkTimeoutMs: true,
  table: true,
  role: true,
  client: true,
};

/** @throws CacheError `bad_option`, with everything that is wrong. */
export function resolveOptions(options: PostgresOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw noPostgresOptions(options);
  const problems = [
    ...nameProblems(options),
    ...sourceProblems(options),
    ...wordProblems(options),
    ...numberProblems(options),
  ];
  if (problems.length > 0) throw badPostgresOptions(problems);
  const { connectTimeoutMs = 5000, statementTimeoutMs = 10_000, bulkTimeoutMs = 300_000 } = options;
  return {
    source: sourceOf(options),
    table: tableName(options.table ?? DEFAULT_TABLE),
    role: options.role ?? 'record',
    timeouts: { connectTimeoutMs, statementTimeoutMs, bulkTimeoutMs },
  };
}

function sourceOf(options: PostgresOptions): PoolSource {
  const { pool, connectionString, ssl, maxConnections = 10, client = () => loadClient() } = options;
  if (pool !== undefined) return { kind: 'given', pool };
  return { kind: 'own', client, connectionString, ssl, maxConnections };
}

/** A misspelt `connectionString` would connect to whatever the environment names. */
function nameProblems(options: object): string[] {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(KNOWN, name));
  return unknown.map((name) => `there is no option ${name}; there are ${Object.keys(KNOWN).join(', ')}`);
}

function sourceProblems({ pool, connectionString, ...rest }: PostgresOptions): string[] {
  const problems: string[] = [];
  if (pool !== undefined && typeof pool?.connect !== 'function')
    problems.push(`pool must be a Pool of pg, got ${typeof pool}`);
  // What was found may hold a password.
  if (connectionString !== undefined && (typeof connectionString !== 'string' || connectionString === ''))
    problems.push(`connectionString must be a non-empty string, got ${typeof connectionString}`);
  const own = { connectionString, ...rest };
  const beside = (['connectionString', 'ssl', 'maxConnections', 'client'] as const).filter(
    (name) => pool !== undefined && own[name] !== undefined,
  );
  if (beside.length > 0) problems.push(`${beside.join(', ')} must be left out where a pool is given`);
  return problems;
}

function wordProblems({ table = DEFAULT_TABLE, role = 'record' }: PostgresOptions): string[] {
  const problems: string[] = [];
  if (!isTableName(table)) {
    const expected = `letters, digits and '_' (at most ${LONGEST_TABLE_NAME}, no digit first), or schema.table`;
    problems.push(`table must be ${expected}, got ${shown(table)}`);
  }
  if (!['cache', 'record'].includes(role))
    problems.push(`role must be 'cache' or 'record', got ${shown(role)}`);
  return problems;
}

function numberProblems(options: PostgresOptions): string[] {
  const isPositive = (found: unknown) =>
    Number.isInteger(found) && Number(found) > 0 && Number(found) <= LONGEST_TIMEOUT_MS;
  const names = ['maxConnections', 'connectTimeoutMs', 'statementTimeoutMs', 'bulkTimeoutMs'] as const;
  return names
    .filter((name) => options[name] !== undefined && !isPositive(options[name]))
    .map((name) => `${name} must be a positive integer, got ${shown(options[name])}`);
}

function shown(found: unknown): string {
  return typeof found === 'string' ? JSON.stringify(found.slice(0, 200)) : String(found);
}
