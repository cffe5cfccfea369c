import { userInfo } from 'node:os';
import pg from 'pg';
import { FLIGHTS_IN_POSTGRES } from '../flights/flights-in-postgres.js';

/** A table of flights in a schema of its own. */
export interface FlightsSchema {
  readonly connectionString: string;
  /** Which server it is in. */
  readonly description: string;
  drop(): Promise<void>;
}

/** Makes one where a PostgreSQL answers that may be asked: that of `PGHOST`, or one on this machine. */
export async function makeFlightsSchema(schema: string): Promise<FlightsSchema | undefined> {
  for (const config of candidates()) {
    const client = new pg.Client({ ...config, connectionTimeoutMillis: 1000 });
    // What is wrong is told by the queries.
    client.on('error', () => undefined);
    if (!(await isConnected(client))) continue;
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(`SET search_path = ${schema}`);
    await client.query(FLIGHTS_IN_POSTGRES);
    return {
      connectionString: urlOf(config, schema),
      description: `a schema of its own in the PostgreSQL at ${config.host}`,
      drop: async () => {
        await client.query(`DROP SCHEMA ${schema} CASCADE`);
        await client.end();
      },
    };
  }
  return undefined;
}

/** No server is no failure: the next one is asked. */
async function isConnected(client: pg.Client): Promise<boolean> {
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  }
}

function candidates(): pg.ClientConfig[] {
  const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
  const hosts = PGHOST === undefined ? ['/var/run/postgresql', '127.0.0.1'] : [PGHOST];
  const databases = PGDATABASE === undefined ? ['test', 'postgres'] : [PGDATABASE];
  const rest = { port: Number(PGPORT ?? 5432), user: PGUSER ?? userInfo().username };
  return hosts.flatMap((host) => databases.map((database) => ({ host, database, ...rest })));
}

/** `pg` itself takes the password from `PGPASSWORD`. */
function urlOf({ host, port, user, database }: pg.ClientConfig, schema: string): string {
  const [name, base, where] = [user, database, host].map((part) => encodeURIComponent(String(part)));
  const path = encodeURIComponent(`-c search_path=${schema}`);
  return `postgres://${name}@localhost:${port}/${base}?host=${where}&options=${path}`;
}
