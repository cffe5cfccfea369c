import { codeOf, type PostgresConnection, type PostgresResult } from './client.js';
import { failed, type Place, storeClosed } from './errors.js';

/** The server ends a statement itself; only where it cannot even do that is it given up from here, a little later. */
const GRACE_MS = 1000;

/** Columns come as text, whatever parsers the user has given to `pg`. */
const asText = { getTypeParser: () => (text: string) => text };

/** A connection that is one caller's until it is given back. */
export class Session {
  readonly #connection: PostgresConnection;
  readonly #place: Place;
  readonly #timeoutMs: number;
  #isSound = true;
  #isOurs = true;
  /** The statement that runs, or the next, is told; without a listener the process would end. */
  readonly #onError = (): void => {
    this.#isSound = false;
  };

  constructor(connection: PostgresConnection, place: Place, timeoutMs: number) {
    this.#connection = connection;
    this.#place = place;
    this.#timeoutMs = timeoutMs;
    connection.on('error', this.#onError);
  }

  /** @throws CacheError `store_failed`, or `closed` after {@link Session.abandon}. */
  async run(text: string, values?: unknown[]): Promise<PostgresResult> {
    if (!this.#isOurs) throw storeClosed(this.#place.table);
    try {
      const statement = { text, query_timeout: this.#timeoutMs + GRACE_MS, types: asText };
      const result = await this.#connection.query(
        values === undefined ? statement : { ...statement, values },
      );
      // Several statements in one text have several results; those are asked for nothing.
      return 'rows' in result ? result : { rows: [], rowCount: 0 };
    } catch (error) {
      this.#isSound &&= isRefusal(error);
      throw this.#isOurs ? failed(this.#place, error) : storeClosed(this.#place.table);
    }
  }

  /** Ends a transaction that is not to be; a connection that cannot even do that is closed, which ends it too. */
  async rollBack(): Promise<void> {
    if (!this.#isSound || !this.#isOurs) return;
    await this.run('ROLLBACK').catch(() => {
      this.#isSound = false;
    });
  }

  /** Gives the connection back to the pool, or closes it where it is of no more use. */
  giveBack(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#connection.release(!this.#isSound);
    this.#connection.off('error', this.#onError);
  }

  /** Takes the connection away from whoever uses it, and closes it. */
  abandon(): void {
    this.#isSound = false;
    this.giveBack();
  }
}

/** Whether the server has refused a statement, and listens for the next; all other errors are of the connection. */
function isRefusal(error: unknown): boolean {
  const isFromServer = typeof error === 'object' && error !== null && 'severity' in error;
  return isFromServer && !/^(08|57P|25P03)/.test(codeOf(error));
}
