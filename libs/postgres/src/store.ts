import type {
  ApplyOptions,
  BackingStore,
  Invalidation,
  Operation,
  Row,
  StoreContext,
  StoreRole,
} from 'nuthatch/engine';
import { batchOf } from './batch.js';
import type { Connections } from './connections.js';
import { Database } from './database.js';
import { storeClosed } from './errors.js';
import { invalidationsOf, newestOf, rememberValues } from './invalidations.js';
import { prepareTable } from './migrations.js';
import type { ResolvedOptions } from './options.js';
import { rowsOf } from './rows.js';
import type { Session } from './session.js';
import { EXPIRED_AT_ONCE, ROWS_PER_PAGE, type Statements, statementsOn } from './sql.js';
import { Sweeper } from './sweeper.js';
import { Keys } from './text.js';
import { replace, write } from './write.js';

/** How long a write may do without removing what has expired. */
const SWEEP_EVERY_MS = 1000;

/** The rows of one cache, in a table that other caches and processes may use too. */
export class PostgresStore implements BackingStore {
  readonly role: StoreRole;
  readonly capabilities = { replaceAll: true };
  readonly #options: ResolvedOptions;
  readonly #context: StoreContext;
  readonly #connections: Connections;
  readonly #sql: Statements;
  readonly #keys: Keys;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #scans = new Set<Session>();
  #opening: Promise<Database> | undefined;
  #sweeping: Sweeper | undefined;
  #nextSweepAt = -Infinity;

  /** @throws CacheError `bad_option` for a namespace that no column can hold. */
  constructor(options: ResolvedOptions, context: StoreContext, connections: Connections) {
    this.role = options.role;
    this.#options = options;
    this.#context = context;
    this.#connections = connections;
    this.#sql = statementsOn(options.table);
    this.#keys = new Keys(context.namespace);
  }

  async open(): Promise<void> {
    this.#opening ??= this.#enter();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async get(key: string): Promise<Row | undefined> {
    const [row] = await this.getMany([key]);
    return row;
  }

  getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return this.#call(async (database) => {
      const columns = this.#keys.findable(keys);
      if (columns.length === 0) return [];
      return rowsOf(await database.run(this.#sql.get, [this.#keys.namespace, columns]));
    });
  }

  apply(operations: readonly Operation[], { onlyNewer }: ApplyOptions = {}): Promise<void> {
    return this.#call(async (database) => {
      const batch = batchOf(this.#keys, operations, onlyNewer);
      await this.#sweep(database);
      await write(database, this.#sql, batch);
    });
  }

  clear(): Promise<void> {
    return this.#call(async (database) => {
      await this.#endSweeping();
      await database.transaction('bulk', async (session) => {
        await session.run(this.#sql.clear, [this.#keys.namespace]);
        await session.run(this.#sql.forget, [this.#keys.namespace]);
      });
    });
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#call(async (database) => {
      const newest = newestOf(invalidations);
      if (newest.length === 0) return;
      await database.run(this.#sql.remember, rememberValues(this.#keys, newest));
      this.#sweeper(database).add(newest);
    });
  }

  /** Where a process has ended before it could delete what they make gone, this one does. */
  invalidations(): Promise<readonly Invalidation[]> {
    return this.#call(async (database) => {
      const found = invalidationsOf(await database.run(this.#sql.remembered, [this.#keys.namespace]));
      this.#sweeper(database).add(found.filter(({ isSwept }) => !isSwept));
      return found.map(({ scope, name, version }) => ({ scope, name, version }));
    });
  }

  rows(): Promise<readonly Row[]> {
    return this.#call((database) =>
      database.transaction('scan', async (session) => {
        const all: Row[] = [];
        for await (const page of this.#pages(session)) all.push(...page);
        return all;
      }),
    );
  }

  /** Holds a connection, and a snapshot of the database, until it has been gone through or left. */
  async *scan(): AsyncGenerator<readonly Row[], void> {
    const session = await this.#call(async (database) => {
      const begun = await database.begin('scan');
      this.#scans.add(begun);
      return begun;
    });
    try {
      yield* this.#pages(session);
    } finally {
      this.#scans.delete(session);
      await session.rollBack();
      session.giveBack();
    }
  }

  replaceAll(pages: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#call(async (database) => {
      await this.#endSweeping();
      await replace(database, { sql: this.#sql, keys: this.#keys, pages });
    });
  }

  /** Finishes the calls that it was given; scans end where they are. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    const isOpen = await opening?.then(
      () => true,
      () => false, // what failed to open has told whoever opened it
    );
    await Promise.allSettled(this.#calls);
    await this.#endSweeping();
    for (const session of this.#scans) session.abandon();
    if (isOpen === true) await this.#connections.release();
  }

  async #enter(): Promise<Database> {
    const { table, timeouts } = this.#options;
    const pool = await this.#connections.acquire();
    try {
      const database = new Database(pool, { table: table.shown, timeouts, clock: this.#context.clock });
      await prepareTable(database, table);
      return database;
    } catch (error) {
      await this.#connections.release();
      throw error;
    }
  }

  /** @throws CacheError `closed` where the store is not open, or no longer. */
  async #call<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const opening = this.#opening;
    if (opening === undefined) throw storeClosed(this.#options.table.shown);
    const call = opening.then(work);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** What is swept no longer counts once invalidations are forgotten: rows that come then are not to be taken for those that were gone. */
  async #endSweeping(): Promise<void> {
    const sweeping = this.#sweeping;
    this.#sweeping = undefined;
    await sweeping?.close();
  }

  #sweeper(database: Database): Sweeper {
    this.#sweeping ??= new Sweeper({ database, sql: this.#sql, keys: this.#keys });
    return this.#sweeping;
  }

  async *#pages(session: Session): AsyncGenerator<readonly Row[], void> {
    await session.run(this.#sql.openScan, [this.#keys.namespace]);
    for (;;) {
      const page = rowsOf(await session.run(this.#sql.scan));
      if (page.length > 0) yield page;
      if (page.length < ROWS_PER_PAGE) return;
    }
  }

  /** Removes some of what has expired, before a write: where it fails, nothing has been written either. */
  async #sweep(database: Database): Promise<void> {
    const { clock } = this.#context;
    if (this.role === 'record' || clock.now() < this.#nextSweepAt) return;
    this.#nextSweepAt = clock.now() + SWEEP_EVERY_MS;
    const values = [this.#keys.namespace, Math.floor(clock.wallNow())];
    const { rowCount } = await database.run(this.#sql.deleteExpired, values);
    if (rowCount === EXPIRED_AT_ONCE) this.#nextSweepAt = clock.now();
  }
}
