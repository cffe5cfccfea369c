import type { Change, RecordStore } from 'nuthatch/engine';
import pg from 'pg';
import { readBoardKey } from './board-key.js';

/** The table of {@link FlightsInPostgres}. */
export const FLIGHTS_IN_POSTGRES = 'CREATE TABLE flights (id text PRIMARY KEY, gate text, status text)';

/** What is said of flights, in a PostgreSQL that several processes of the service share: as `FlightsTable`, for more than one machine. */
export class FlightsInPostgres implements RecordStore<string> {
  private readonly pool: pg.Pool;

  constructor(connectionString: string) {
    this.pool = new pg.Pool({ connectionString, max: 4 });
    // A connection that dies while nobody uses it is replaced by the next query.
    this.pool.on('error', (error) => console.warn(`a connection to PostgreSQL was lost: ${error.message}`));
  }

  async load(key: string): Promise<string | undefined> {
    const { field, flightId } = readBoardKey(key);
    const sql = `SELECT ${field} AS value FROM flights WHERE id = $1`;
    const { rows } = await this.pool.query<{ readonly value: string | null }>(sql, [flightId]);
    return rows[0]?.value ?? undefined;
  }

  async write(changes: readonly Change<string>[]): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      // In one order, so that two processes never wait for each other in a circle.
      for (const change of changes.toSorted(byKey)) await apply(client, change);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function byKey(one: Change<string>, other: Change<string>): number {
  const [left, right] = [readBoardKey(one.key).flightId, readBoardKey(other.key).flightId];
  return left < right ? -1 : 1;
}

async function apply(client: pg.PoolClient, change: Change<string>): Promise<void> {
  const { field, flightId } = readBoardKey(change.key);
  const value = change.type === 'set' ? change.value : null;
  const sql = `INSERT INTO flights (id, ${field}) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET ${field} = excluded.${field}`;
  await client.query(sql, [flightId, value]);
}
