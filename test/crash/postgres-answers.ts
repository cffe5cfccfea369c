import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import pg from 'pg';

const SOCKET = '/var/run/postgresql';

/**
 * Whether a PostgreSQL server answers where `PGHOST` and its like say, or else at the local socket, for the user of this process. What
 * is missing in the environment is put there, also for children.
 */
export async function answers(): Promise<boolean> {
  process.env['PGUSER'] ??= userInfo().username;
  if (existsSync(SOCKET)) process.env['PGHOST'] ??= SOCKET;
  const client = new pg.Client({ connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (process.env['NUTHATCH_REQUIRE_SERVICES'] === '1')
      throw new Error('a PostgreSQL server is required and none answers', { cause: error });
    return false;
  }
}
