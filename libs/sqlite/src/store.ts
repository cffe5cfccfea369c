import type {
  ApplyOptions,
  BackingStore,
  Invalidation,
  Operation,
  Row,
  StoreContext,
  StoreRole,
} from 'nuthatch/engine';
import { applyAll, applyNewer } from './apply.js';
import { type Patience, untilFree } from './busy.js';
import { Connection } from './connection.js';
import { acquire, type Place, release } from './connections.js';
import { prepareFile } from './database-file.js';
import type { SqliteClient } from './client.js';
import type { EntryTable } from './entry-table.js';
import { reservedNamespace, storeClosed } from './errors.js';
import { hide, isHidden, removeHidden } from './hidden.js';
import { IN_MEMORY } from './open-database.js';
import type { ResolvedOptions } from './options.js';
import { areSet, prune } from './prune.js';
import { Replacement } from './replacement.js';
import { Scan } from './scan.js';
import { TOTALS } from './schema-parts.js';
import { assertSqliteVersion } from './sqlite-version.js';
import { sweepAtOnce, Sweeper } from './sweeper.js';
import { nextTurn } from './turn.js';

/** How many expired rows a write takes along: few enough not to be felt, more than a write brings. */
const EXPIRED_PER_WRITE = 100;

/** From how many rows on `clear` takes them out of sight before it removes them in slices. */
const MANY_ROWS = 500;

const ROWS_PER_PAGE = 500;

interface Session {
  readonly connection: Connection;
  readonly place: Place;
  readonly client: SqliteClient;
  readonly sweeper: Sweeper;
}

/** The rows of one cache, in a SQLite file that other caches may use too. */
export class SqliteStore implements BackingStore {
  readonly role: StoreRole;
  readonly capabilities = { replaceAll: true };
  readonly #options: ResolvedOptions;
  readonly #context: StoreContext;
  readonly #memory: symbol;
  readonly #patience: Patience;
  readonly #scans = new Set<Scan>();
  #session: Promise<Session> | undefined;

  /** @param memory what stands for the database of `':memory:'`. */
  constructor(options: ResolvedOptions, context: StoreContext, memory: symbol) {
    this.role = options.role;
    this.#options = options;
    this.#context = context;
    this.#memory = memory;
    this.#patience = { file: options.file, clock: context.clock, busyTimeoutMs: options.busyTimeoutMs };
  }

  async open(): Promise<void> {
    this.#session ??= this.#enter();
    try {
      const { connection, sweeper } = await this.#session;
      void this.#removeHidden(connection);
      if (this.role === 'cache') sweeper.start();
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }

  async get(key: string): Promise<Row | undefined> {
    const { connection } = await this.#opened();
    return connection.readOne((table) => table.get(this.#namespace, key), this.#patience);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const { connection } = await this.#opened();
    const read = (table: EntryTable) =>
      keys.map((key) => table.get(this.#namespace, key)).filter((row) => row !== undefined);
    return connection.read(read, this.#patience);
  }

  async apply(operations: readonly Operation[], { onlyNewer = false }: ApplyOptions = {}): Promise<void> {
    const { maxBytes } = this.#options.limits;
    await this.#change((table, namespace) =>
      (onlyNewer ? applyNewer : applyAll)(table, { namespace, maxBytes }, operations),
    );
  }

  async clear(): Promise<void> {
    const { connection } = await this.#change((table, namespace) => {
      if (table.count(namespace, MANY_ROWS) < MANY_ROWS) table.clear(namespace);
      else hide(table, namespace);
    });
    await this.#removeHidden(connection);
  }

  /** Rows of a record are nobody's to delete but the user's. */
  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const { sweeper } = await this.#change((table, namespace) => {
      table.invalidations.record(namespace, invalidations);
      if (this.role === 'cache') sweepAtOnce(table, namespace, invalidations);
    });
    if (this.role === 'cache') sweeper.start();
  }

  async invalidations(): Promise<readonly Invalidation[]> {
    const { connection } = await this.#opened();
    return connection.readOne((table) => table.invalidations.all(this.#namespace), this.#patience);
  }

  async rows(): Promise<readonly Row[]> {
    const { connection } = await this.#opened();
    return connection.readOne((table) => table.all(this.#namespace), this.#patience);
  }

  async *scan(): AsyncGenerator<readonly Row[]> {
    const { place, client } = await this.#opened();
    if (typeof place === 'symbol') return yield* this.#copy();
    const scan = await Scan.open(client, this.#namespace, { ...this.#patience, file: place });
    this.#scans.add(scan);
    try {
      await this.#opened();
      for (let page = scan.next(); page.length > 0; page = scan.next()) {
        yield page;
        await nextTurn();
      }
    } finally {
      this.#scans.delete(scan);
      scan.close();
    }
  }

  async replaceAll(pages: AsyncIterable<readonly Row[]>): Promise<void> {
    const { connection } = await this.#opened();
    const { maxBytes } = this.#options.limits;
    try {
      await new Replacement(connection, this.#patience).replace(
        this.#namespace,
        pages,
        (table, namespace, rows) => {
          const operations = rows.map((row) => ({ type: 'set', row }) as const);
          applyAll(table, { namespace, maxBytes }, operations);
          this.#keepWithinLimits(table, namespace);
        },
      );
    } finally {
      await this.#removeHidden(connection);
    }
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined); // what failed to open has told whoever opened it
    this.#session = undefined;
    for (const scan of this.#scans) scan.close();
    if (session === undefined) return;
    await session.sweeper.stop();
    await release(session.place);
  }

  get #namespace(): string {
    return this.#context.namespace;
  }

  async #opened(): Promise<Session> {
    if (this.#session === undefined) throw storeClosed(this.#options.file);
    return this.#session;
  }

  async #enter(): Promise<Session> {
    if (isHidden(this.#namespace)) throw reservedNamespace();
    const client = await this.#options.client();
    assertSqliteVersion(client);
    const { file } = this.#options;
    const place = file === IN_MEMORY ? this.#memory : prepareFile(file);
    const path = typeof place === 'string' ? place : IN_MEMORY;
    const connect = () => untilFree(() => new Connection(client, path), this.#patience);
    const connection = await acquire(place, connect);
    try {
      connection.require(this.#options.synchronous);
      await connection.write((table) => {
        if (areSet(this.#options.limits)) table.writer.require(TOTALS);
        table.namespaceId(this.#namespace);
      }, this.#patience);
      const sweeper = new Sweeper(connection, this.#namespace, this.#patience);
      return { connection, place, client, sweeper };
    } catch (error) {
      await release(place);
      throw error;
    }
  }

  /** Takes its place in the line of writers within the turn of the call, so that calls keep their order. */
  async #change(work: (table: EntryTable, namespace: number) => void): Promise<Session> {
    const session = await this.#opened();
    await session.connection.write((table) => {
      const namespace = table.namespaceId(this.#namespace);
      work(table, namespace);
      this.#keepWithinLimits(table, namespace);
    }, this.#patience);
    session.sweeper.resume();
    return session;
  }

  #keepWithinLimits(table: EntryTable, namespace: number): void {
    if (this.role === 'record') return;
    table.deleteExpired(namespace, this.#context.clock.wallNow(), EXPIRED_PER_WRITE);
    prune(table, namespace, this.#options.limits);
  }

  /** A database in memory has one connection, which is not to be kept busy. */
  async *#copy(): AsyncGenerator<readonly Row[]> {
    const rows = await this.rows();
    for (let from = 0; from < rows.length; from += ROWS_PER_PAGE)
      yield rows.slice(from, from + ROWS_PER_PAGE);
  }

  /** What stays is out of sight, and is tried again by the next that opens, clears or replaces; nobody needs to wait for a lock. */
  async #removeHidden(connection: Connection): Promise<void> {
    await removeHidden(connection, { ...this.#patience, busyTimeoutMs: 0 }).catch(() => 'left for the next');
  }
}
