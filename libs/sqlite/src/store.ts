import type { BackingStore, Operation, Row, StoreContext, StoreRole } from 'nuthatch/engine';
import { type Patience, untilFree } from './busy.js';
import { Connection } from './connection.js';
import { acquire, type Place, release } from './connections.js';
import { prepareFile } from './database-file.js';
import { bytesOf, type EntryTable } from './entry-table.js';
import { storeClosed } from './errors.js';
import { IN_MEMORY } from './open-database.js';
import type { ResolvedOptions } from './options.js';
import { prune } from './prune.js';
import { assertSqliteVersion } from './sqlite-version.js';

/** How many expired rows a write takes along: few enough not to be felt, more than a write brings. */
const EXPIRED_PER_WRITE = 100;

interface Session {
  readonly connection: Connection;
  readonly place: Place;
  /** The number of the namespace in this file. */
  readonly namespace: number;
}

/** The rows of one cache, in a SQLite file that other caches may use too. */
export class SqliteStore implements BackingStore {
  readonly role: StoreRole;
  readonly capabilities = { replaceAll: true };
  readonly #options: ResolvedOptions;
  readonly #context: StoreContext;
  readonly #memory: symbol;
  readonly #patience: Patience;
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
      await this.#session;
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }

  async get(key: string): Promise<Row | undefined> {
    const { connection, namespace } = await this.#opened();
    return connection.readOne((table) => table.get(namespace, key), this.#patience);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const { connection, namespace } = await this.#opened();
    const read = (table: EntryTable) =>
      keys.map((key) => table.get(namespace, key)).filter((row) => row !== undefined);
    return connection.read(read, this.#patience);
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    await this.#change((table, namespace) => {
      for (const operation of operations) this.#applyOne(table, namespace, operation);
    });
  }

  async clear(): Promise<void> {
    await this.#change((table, namespace) => table.clear(namespace));
  }

  async deleteTagged(tags: readonly string[]): Promise<void> {
    await this.#change((table, namespace) => tags.forEach((tag) => table.deleteTagged(namespace, tag)));
  }

  async rows(): Promise<readonly Row[]> {
    const { connection, namespace } = await this.#opened();
    return connection.readOne((table) => table.all(namespace), this.#patience);
  }

  async replaceAll(rows: readonly Row[]): Promise<void> {
    await this.#change((table, namespace) => {
      table.clear(namespace);
      for (const row of rows) this.#applyOne(table, namespace, { type: 'set', row });
    });
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined); // what failed to open has told whoever opened it
    this.#session = undefined;
    if (session !== undefined) await release(session.place);
  }

  async #opened(): Promise<Session> {
    if (this.#session === undefined) throw storeClosed(this.#options.file);
    return this.#session;
  }

  async #enter(): Promise<Session> {
    const client = await this.#options.client();
    assertSqliteVersion(client);
    const { file } = this.#options;
    const place = file === IN_MEMORY ? this.#memory : prepareFile(file);
    const path = typeof place === 'string' ? place : IN_MEMORY;
    const connect = () => untilFree(() => new Connection(client, path), this.#patience);
    const connection = await acquire(place, connect);
    try {
      connection.require(this.#options.synchronous);
      const namespace = await connection.write(
        (table) => table.namespaceId(this.#context.namespace),
        this.#patience,
      );
      return { connection, place, namespace };
    } catch (error) {
      await release(place);
      throw error;
    }
  }

  async #change(work: (table: EntryTable, namespace: number) => void): Promise<void> {
    const { connection, namespace } = await this.#opened();
    await connection.write((table) => {
      work(table, namespace);
      if (this.role === 'record') return;
      table.deleteExpired(namespace, this.#context.clock.wallNow(), EXPIRED_PER_WRITE);
      prune(table, namespace, this.#options.limits);
    }, this.#patience);
  }

  /** A row that is too heavy goes without taking the others along; what was there under its key is outdated. */
  #applyOne(table: EntryTable, namespace: number, operation: Operation): void {
    if (operation.type === 'delete') return table.delete(namespace, operation.key);
    const { row } = operation;
    if (bytesOf(row) > this.#options.limits.maxBytes) return table.delete(namespace, row.key);
    table.put(namespace, row);
  }
}
