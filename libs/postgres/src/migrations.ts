import { CacheError } from 'nuthatch/engine';
import { batchOf, putValues } from './batch.js';
import { codeOf } from './client.js';
import type { Database } from './database.js';
import { newerSchema, unusable } from './errors.js';
import { rememberValues } from './invalidations.js';
import { statementsOn } from './sql.js';
import type { TableName } from './table-name.js';
import { Keys } from './text.js';

/** What a table of ours says in its comment, with the version of its schema. */
const MARK = /^Nuthatch, schema (\d+)$/;
/** The first version with `MATERIALIZED`. */
const OLDEST_SERVER = 12;

/** SQL that brings a table from version n to n + 1, the first from nothing to 1. Lines are added, never changed. */
export const migrations: readonly ((table: TableName) => string)[] = [
  ({ sql: table }) => `
  CREATE TABLE ${table} (
    namespace text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    expires_at bigint,
    tags text[] NOT NULL,
    value text,
    bytes bytea CHECK (value IS NULL OR bytes IS NULL),
    PRIMARY KEY (namespace, key)
  );
  CREATE INDEX ON ${table} USING gin (tags) WHERE tags <> '{}';
  CREATE INDEX ON ${table} (namespace, expires_at) WHERE expires_at IS NOT NULL;
  `,
  ({ sql: table, invalidations }) => `
  ALTER TABLE ${table} ADD COLUMN fresh_until bigint;
  CREATE TABLE ${invalidations} (
    namespace text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL,
    is_swept boolean NOT NULL DEFAULT false,
    PRIMARY KEY (namespace, scope, digest)
  );
  `,
];

/** What is found under the name of the table. */
interface Found {
  readonly exists: boolean;
  readonly comment: string;
  readonly encoding: string;
  readonly server: number;
}

type Run = Pick<Database, 'run'>['run'];

/**
 * Makes the table where there is none, brings an older one to the last version, and tries it out. Other processes may be doing the same.
 * @throws CacheError `store_unusable` where it is somebody else's, newer, of another shape, or may not be written.
 */
export async function prepareTable(database: Database, table: TableName, steps = migrations): Promise<void> {
  try {
    const run: Run = (text, values) => database.run(text, values);
    if ((await versionOf(run, table, steps.length)) < steps.length) await migrate(database, table, steps);
    const [sql, keys] = [statementsOn(table), new Keys('')];
    await database.run(sql.put, putValues(batchOf(keys, [])));
    await database.run(sql.remember, rememberValues(keys, []));
  } catch (error) {
    throw explained(error, table);
  }
}

async function migrate(database: Database, table: TableName, steps: typeof migrations): Promise<void> {
  await database.transaction('bulk', async (session) => {
    await session.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nuthatch ${table.sql}`]);
    const version = await versionOf((text, values) => session.run(text, values), table, steps.length);
    if (version === steps.length) return;
    for (const step of steps.slice(version)) await session.run(step(table));
    await session.run(`COMMENT ON TABLE ${table.sql} IS 'Nuthatch, schema ${steps.length}'`);
  });
}

/** The version of the schema, 0 where there is no table. */
async function versionOf(run: Run, table: TableName, known: number): Promise<number> {
  const { exists, comment, encoding, server } = await look(run, table);
  if (server < OLDEST_SERVER)
    throw unusable(table.shown, `expected PostgreSQL ${OLDEST_SERVER} or later, found ${server}`);
  if (encoding !== 'UTF8') throw unusable(table.shown, `expected a database in UTF8, found ${encoding}`);
  if (!exists) return 0;
  const version = Number(MARK.exec(comment)?.[1] ?? NaN);
  if (Number.isNaN(version)) {
    throw unusable(
      table.shown,
      'expected a table of Nuthatch (its comment says so), found another one; name another table',
    );
  }
  if (version > known) throw newerSchema(table.shown, version, known);
  return version;
}

/**
 * A statement that names no table, as `SELECT to_regclass($1)` alone, may answer what the session knew before it waited for the lock;
 * `pg_description` makes it look again.
 */
async function look(run: Run, table: TableName): Promise<Found> {
  const { rows } = await run(
    `SELECT id IS NOT NULL AS exists, coalesce(description, '') AS comment,
       current_setting('server_encoding') AS encoding, current_setting('server_version_num') AS server
     FROM to_regclass($1) AS id
     LEFT JOIN pg_description ON objoid = id AND classoid = 'pg_class'::regclass AND objsubid = 0`,
    [table.sql],
  );
  // The statement answers one row of these columns, as text.
  const [{ exists, comment, encoding, server }] = rows as readonly [Record<keyof Found, string>];
  return { exists: exists === 't', comment, encoding, server: Math.floor(Number(server) / 10_000) };
}

/** What the server finds wrong with the table, its schema or our rights will be wrong again; everything else may pass. */
function explained(error: unknown, table: TableName): unknown {
  if (!(error instanceof CacheError) || error.code !== 'store_failed') return error;
  const { cause } = error;
  const isLasting = /^(42|3F|25006|0A)/.test(codeOf(cause));
  return isLasting
    ? unusable(table.shown, cause instanceof Error ? cause.message : error.message, cause)
    : error;
}
