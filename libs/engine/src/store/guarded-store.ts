import { closed, storeFailed } from '../kernel/errors.js';
import type { BackingStore, Operation, Row } from './backing-store.js';

/**
 * What the cache talks to instead of the store itself: opens it once, before its first use, closes it once, and wraps
 * whatever it throws into a `CacheError` that names the operation. A failed opening is tried again at the next use; after
 * `close` every use is `closed`.
 */
export class GuardedStore implements BackingStore {
  readonly #store: BackingStore;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(store: BackingStore) {
    this.#store = store;
  }

  get role(): BackingStore['role'] {
    return this.#store.role;
  }

  get capabilities(): BackingStore['capabilities'] {
    return this.#store.capabilities;
  }

  async open(): Promise<void> {
    if (this.#closing !== undefined) throw closed('the backing store');
    this.#opening ??= this.#tryToOpen();
    await this.#opening;
  }

  get(key: string): Promise<Row | undefined> {
    return this.#run(`read ${JSON.stringify(key)}`, () => this.#store.get(key));
  }

  getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return this.#run(`read ${keys.length} keys`, () => this.#store.getMany(keys));
  }

  apply(operations: readonly Operation[]): Promise<void> {
    return this.#run(describe(operations), () => this.#store.apply(operations));
  }

  clear(): Promise<void> {
    return this.#run('clear', () => this.#store.clear());
  }

  deleteTagged(tags: readonly string[]): Promise<void> {
    return this.#run(`delete what is tagged ${tags.join(', ')}`, () => this.#store.deleteTagged(tags));
  }

  rows(): Promise<readonly Row[]> {
    return this.#run('list its rows', () => this.#store.rows());
  }

  replaceAll(rows: readonly Row[]): Promise<void> {
    return this.#run(`replace its rows by ${rows.length} others`, () => this.#store.replaceAll(rows));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    await this.#closing;
  }

  async #run<T>(operation: string, call: () => Promise<T>): Promise<T> {
    await this.open();
    return guard(operation, call);
  }

  /** What is being opened is waited for; what was never opened, or failed to, is left alone. */
  async #closeOnce(): Promise<void> {
    const isOpen = await this.#opening?.then(
      () => true,
      () => false,
    );
    if (isOpen === true) await guard('close', () => this.#store.close());
  }

  async #tryToOpen(): Promise<void> {
    try {
      await guard('open', () => this.#store.open());
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}

async function guard<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storeFailed(operation, error);
  }
}

function describe(operations: readonly Operation[]): string {
  const [first] = operations;
  if (operations.length !== 1 || first === undefined) return `apply ${operations.length} operations`;
  return first.type === 'set' ? `write ${JSON.stringify(first.row.key)}` : `delete ${JSON.stringify(first.key)}`;
}
