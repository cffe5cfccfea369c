import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import pg from 'pg';

/** A database that answers, and what stands for it in the options of `pg`. */
export interface TestServer {
  readonly config: pg.PoolConfig;
  /** For `postgres({ connectionString })`. */
  readonly connectionString: string;
}

/** A schema of a test file's own, gone when the file is through. */
export interface TestSchema {
  /** Asks the server itself. */
  ask<T extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<T[]>;
  /** Options for a table that nobody else uses. */
  table(name?: string): { readonly connectionString: string; readonly table: string };
  drop(): Promise<void>;
}

/** Tests of one file take different tables; this counts them. */
let tables = 0;

/**
 * The server of `PGHOST`, or one on this machine. Where none answers it says so in one line, and tests that need one are skipped; with
 * `NUTHATCH_REQUIRE_SERVICES=1` they fail instead.
 */
export async function findPostgres(): Promise<TestServer | undefined> {
  const tried: string[] = [];
  for (const config of candidates()) {
    const failure = await failureOf(config);
    if (failure === undefined) return { config, connectionString: urlOf(config) };
    tried.push(`${config.host}/${config.database}: ${failure}`);
  }
  const message = `no PostgreSQL server answers (${tried.join('; ')})`;
  if (process.env['NUTHATCH_REQUIRE_SERVICES'] === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

/** `describe` where there is a server. */
export function describeWith(server: TestServer | undefined): jest.Describe {
  return server === undefined ? describe.skip : describe;
}

/** Makes a schema whose name no other run has. */
export async function makeSchema(server: TestServer | undefined): Promise<TestSchema> {
  assert(server !== undefined, 'describeWith skips tests where there is no server');
  const schema = `nuthatch_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  const client = new pg.Client(server.config);
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  return {
    ask: async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
      (await client.query<T>(sql, values)).rows,
    table: (name = `entry_${(tables += 1)}`) => ({
      connectionString: server.connectionString,
      table: `${schema}.${name}`,
    }),
    drop: async () => {
      await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
    },
  };
}

function candidates(): pg.PoolConfig[] {
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
  const hosts = PGHOST === undefined ? ['/var/run/postgresql', '127.0.0.1'] : [PGHOST];
  const databases = PGDATABASE === undefined ? ['test', 'postgres'] : [PGDATABASE];
  const rest = { port: Number(PGPORT ?? 5432), user: PGUSER ?? userInfo().username };
  return hosts.flatMap((host) => databases.map((database) => ({ host, database, ...rest })));
}

async function failureOf(config: pg.PoolConfig): Promise<string | undefined> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return error instanceof Error && error.message !== '' ? error.message : String(error);
  }
}

/** `pg` itself takes the password from `PGPASSWORD`. */
function urlOf({ host, port, user, database }: pg.PoolConfig): string {
  const parts = [user, database, host].map((part) => encodeURIComponent(String(part)));
  return `postgres://${parts[0]}@localhost:${port}/${parts[1]}?host=${parts[2]}`;
}
