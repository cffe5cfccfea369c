import type { PostgresPool } from './client.js';
import type { PoolSource, Timeouts } from './options.js';

const IDLE_MS = 30_000;

/** The pool of a factory: made for its first user, ended after its last. A pool that was given is neither. */
export class Connections {
  readonly #source: PoolSource;
  readonly #timeouts: Timeouts;
  #users = 0;
  #pool: Promise<PostgresPool> | undefined;

  constructor(source: PoolSource, timeouts: Timeouts) {
    this.#source = source;
    this.#timeouts = timeouts;
  }

  async acquire(): Promise<PostgresPool> {
    this.#users += 1;
    this.#pool ??= this.#listened();
    try {
      return await this.#pool;
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  /** Called as often as {@link Connections.acquire} has answered. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const made = this.#pool;
    this.#pool = undefined;
    const pool = await made?.catch(() => undefined); // what could not be made has told whoever asked for it
    if (this.#source.kind === 'own') await pool?.end();
  }

  async #listened(): Promise<PostgresPool> {
    const pool = await this.#make();
    // Many factories may have been given one pool.
    if (!pool.listeners('error').includes(onIdleError)) pool.on('error', onIdleError);
    return pool;
  }

  async #make(): Promise<PostgresPool> {
    if (this.#source.kind === 'given') return this.#source.pool;
    const { client, connectionString, ssl, maxConnections } = this.#source;
    const { Pool } = await client();
    return new Pool({
      ...(connectionString === undefined ? {} : { connectionString }),
      ...(ssl === undefined ? {} : { ssl }),
      max: maxConnections,
      connectionTimeoutMillis: this.#timeouts.connectTimeoutMs,
      idleTimeoutMillis: IDLE_MS,
      statement_timeout: this.#timeouts.statementTimeoutMs,
      keepAlive: true,
      allowExitOnIdle: true,
      fallback_application_name: 'nuthatch',
    });
  }
}

/** The pool has dropped a connection that nobody used, and makes another when one is needed; without a listener the process would end. */
function onIdleError(): void {}
