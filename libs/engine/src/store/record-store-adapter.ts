import { badOption, badSnapshot, unreadableValue } from '../kernel/errors.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { ApplyOptions, BackingStore, Operation, Row } from './backing-store.js';
import type { Codec } from './codec.js';
import type { Change, RecordStore } from './record-store.js';
import { encodeRecord, recordRow } from './record-store-row.js';

/** How many records are loaded at a time where the store cannot load many: a connection pool has room for others. */
const LOADS_AT_A_TIME = 8;

/** A record store as a backing store: what is acknowledged is encoded, and decoded again when it is written. */
export class RecordStoreAdapter implements BackingStore {
  readonly role = 'record';
  readonly capabilities = { replaceAll: false };
  readonly #store: RecordStore<unknown>;
  readonly #codec: Codec;

  constructor(store: RecordStore<unknown>, codec: Codec) {
    this.#store = store;
    this.#codec = codec;
  }

  async open(): Promise<void> {}

  async get(key: string): Promise<Row | undefined> {
    const record = await this.#store.load(key);
    return record === undefined ? undefined : recordRow(key, record, this.#codec);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const found = await this.#loadMany(keys);
    return keys.flatMap((key) => {
      const record = found.get(key);
      return record === undefined ? [] : [recordRow(key, record, this.#codec)];
    });
  }

  async apply(operations: readonly Operation[], { onlyNewer }: ApplyOptions = {}): Promise<void> {
    const changes = lastOfEachKey(operations).map((operation) => this.#changeOf(operation));
    if (changes.length === 0) return;
    if (onlyNewer === true) await this.#store.write(changes, { replay: true });
    else await this.#store.write(changes);
  }

  async clear(): Promise<void> {
    if (this.#store.clear === undefined)
      throw badOption('store.clear', 'a method where clear({ store: true }) is to delete records', undefined);
    await this.#store.clear();
  }

  /** An invalidation makes memory forget: the records are the truth. */
  async invalidate(): Promise<void> {}

  async invalidations(): Promise<readonly Invalidation[]> {
    return [];
  }

  async rows(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const some of this.scan()) for (const row of some) rows.push(row);
    return rows;
  }

  async *scan(): AsyncIterable<readonly Row[]> {
    if (this.#store.scan === undefined)
      throw badOption('store.scan', 'a method where snapshots are taken', undefined);
    for await (const records of this.#store.scan())
      // Encoded now: rows are to be as they stood, whatever becomes of the records.
      yield records.map(([key, record]) => ({
        key,
        value: encodeRecord(key, record, this.#codec),
        expiresAt: undefined,
        version: 0,
        tags: [],
      }));
  }

  async replaceAll(): Promise<void> {
    throw badSnapshot('the records of a database are not replaced by those of a snapshot');
  }

  async close(): Promise<void> {
    await this.#store.close?.();
  }

  async #loadMany(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    if (this.#store.loadMany !== undefined) return this.#store.loadMany(keys);
    const found = new Map<string, unknown>();
    for (let from = 0; from < keys.length; from += LOADS_AT_A_TIME) {
      const some = keys.slice(from, from + LOADS_AT_A_TIME);
      const records = await Promise.all(some.map((key) => this.#store.load(key)));
      some.forEach((key, index) => found.set(key, records[index]));
    }
    return found;
  }

  #changeOf(operation: Operation): Change<unknown> {
    if (operation.type === 'delete') return operation;
    const { key, value, version } = operation.row;
    try {
      return { type: 'set', key, value: this.#codec.decode(value, key), version };
    } catch (error) {
      throw unreadableValue(key, this.#codec.name, error);
    }
  }
}

/** Databases refuse to change a row twice in one statement, and only the last change is to be seen anyway. */
function lastOfEachKey(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length === 1) return operations;
  const last = new Map<string, Operation>();
  for (const operation of operations) {
    const key = operation.type === 'set' ? operation.row.key : operation.key;
    last.delete(key); // so that it stands where its last change was made
    last.set(key, operation);
  }
  return [...last.values()];
}
