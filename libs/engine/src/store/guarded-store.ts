import type { Clock } from '../kernel/clock.js';
import { type CacheError, closed, storeFailed } from '../kernel/errors.js';
import type { ApplyOptions, BackingStore, Operation, Row } from './backing-store.js';

/** Told how every call on a store ended. */
export interface StoreObserver {
  storeAnswered(durationMs: number): void;
  storeRefused(error: CacheError): void;
}

/**
 * What the cache talks to instead of the store itself: opens it once, before its first use, closes it once, and wraps
 * whatever it throws into a `CacheError` that names the operation. A failed opening is tried again at the next use; after
 * `close` every use is `closed`.
 */
export class GuardedStore implements BackingStore {
  /** Not there where the store has none. Each page is a call, to those who watch. */
  readonly scan?: () => AsyncGenerator<readonly Row[]>;
  readonly #store: BackingStore;
  readonly #watch: { readonly clock: Clock; readonly observer: StoreObserver } | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @param watch who is told of every call, and the clock that times them. */
  constructor(store: BackingStore, watch?: { readonly clock: Clock; readonly observer: StoreObserver }) {
    this.#store = store;
    this.#watch = watch;
    if (store.scan !== undefined) this.scan = () => this.#scan();
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

  apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void> {
    return this.#run(describe(operations), () => this.#store.apply(operations, options));
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

  replaceAll(rows: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#run('replace its rows', () => this.#store.replaceAll(rows));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    await this.#closing;
  }

  async *#scan(): AsyncGenerator<readonly Row[]> {
    await this.open();
    const pages = this.#store.scan?.()[Symbol.asyncIterator]();
    if (pages === undefined) return;
    const next = () => this.#guard('scan its rows', () => pages.next());
    try {
      for (let page = await next(); page.done !== true; page = await next()) yield page.value;
    } finally {
      await this.#guard('end a scan of its rows', async () => pages.return?.());
    }
  }

  async #run<T>(operation: string, call: () => Promise<T>): Promise<T> {
    await this.open();
    return this.#guard(operation, call);
  }

  /** What is being opened is waited for; what was never opened, or failed to, is left alone. */
  async #closeOnce(): Promise<void> {
    const isOpen = await this.#opening?.then(
      () => true,
      () => false,
    );
    if (isOpen === true) await this.#guard('close', () => this.#store.close());
  }

  async #tryToOpen(): Promise<void> {
    try {
      await this.#guard('open', () => this.#store.open());
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #guard<T>(operation: string, call: () => Promise<T>): Promise<T> {
    const startedAt = this.#watch?.clock.now() ?? 0;
    try {
      const answer = await call();
      this.#watch?.observer.storeAnswered(this.#watch.clock.now() - startedAt);
      return answer;
    } catch (thrown) {
      const error = storeFailed(operation, thrown);
      this.#watch?.observer.storeRefused(error);
      throw error;
    }
  }
}

function describe(operations: readonly Operation[]): string {
  const [first] = operations;
  if (operations.length !== 1 || first === undefined) return `apply ${operations.length} operations`;
  return first.type === 'set'
    ? `write ${JSON.stringify(first.row.key)}`
    : `delete ${JSON.stringify(first.key)}`;
}
