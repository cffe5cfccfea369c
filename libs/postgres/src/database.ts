import type { Clock } from 'nuthatch/engine';
import type { PostgresConnection, PostgresPool } from './client.js';
import { failed, noConnection } from './errors.js';
import type { Timeouts } from './options.js';
import { Session } from './session.js';

/** What a transaction may see, and how long a statement of it may take. */
export type Begin = 'batch' | 'bulk' | 'scan';

/** One table's way to its database: every statement has its time, and every failure is a `CacheError`. */
export class Database {
  readonly #pool: PostgresPool;
  readonly #table: string;
  readonly #timeouts: Timeouts;
  readonly #clock: Clock;

  constructor(pool: PostgresPool, parts: { table: string; timeouts: Timeouts; clock: Clock }) {
    this.#pool = pool;
    this.#table = parts.table;
    this.#timeouts = parts.timeouts;
    this.#clock = parts.clock;
  }

  /** Runs one statement, which is a transaction of its own. */
  async run(text: string, values: unknown[]) {
    const session = await this.#session('statementTimeoutMs');
    try {
      return await session.run(text, values);
    } finally {
      session.giveBack();
    }
  }

  /** Runs everything that `work` does, or nothing. */
  async transaction<T>(begin: Begin, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.begin(begin);
    try {
      const result = await work(session);
      await session.run('COMMIT');
      return result;
    } catch (error) {
      await session.rollBack();
      throw error;
    } finally {
      session.giveBack();
    }
  }

  /** A session in a transaction, which the caller ends. */
  async begin(begin: Begin): Promise<Session> {
    const session = await this.#session(begin === 'batch' ? 'statementTimeoutMs' : 'bulkTimeoutMs');
    try {
      await session.run(this.#beginning(begin));
      return session;
    } catch (error) {
      session.abandon();
      throw error;
    }
  }

  /** The server's own limit is set for this transaction alone; that of a pool of ours is there already. */
  #beginning(begin: Begin): string {
    if (begin === 'batch') return 'BEGIN ISOLATION LEVEL READ COMMITTED';
    const level = begin === 'scan' ? 'REPEATABLE READ, READ ONLY' : 'READ COMMITTED';
    return `BEGIN ISOLATION LEVEL ${level}; SET LOCAL statement_timeout = ${this.#timeouts.bulkTimeoutMs}`;
  }

  async #session(option: 'statementTimeoutMs' | 'bulkTimeoutMs'): Promise<Session> {
    const timeoutMs = this.#timeouts[option];
    const place = { table: this.#table, timeout: `${option} is ${timeoutMs}` };
    try {
      return new Session(await this.#connect(), place, timeoutMs);
    } catch (error) {
      throw failed(place, error);
    }
  }

  /** A pool of the user may wait without end; a connection that comes too late goes back. */
  #connect(): Promise<PostgresConnection> {
    const { connectTimeoutMs } = this.#timeouts;
    return new Promise((resolve, reject) => {
      let isLate = false;
      const connecting = this.#pool.connect();
      const timer = this.#clock.schedule(() => {
        isLate = true;
        reject(noConnection(this.#table, connectTimeoutMs));
      }, connectTimeoutMs);
      connecting
        .then((connection) => (isLate ? connection.release() : resolve(connection)), reject)
        .finally(() => timer.cancel());
    });
  }
}
