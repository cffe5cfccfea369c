import {
  type ApplyOptions,
  type BackingStore,
  type Clock,
  type Duration,
  type Invalidation,
  type Operation,
  type Row,
  type StoreCapabilities,
  type StoreRole,
  systemClock,
} from 'nuthatch/engine';
import { Moods } from './moods.js';

/** A method of a store that can be made to fail, or to wait; of `scan`, each page that is asked for is a call. */
export type StoreMethod = Exclude<keyof BackingStore, 'role' | 'capabilities'>;

/**
 * A store that fails, hangs, lags or loses things when it is told to, and is otherwise the store that it wraps. A call that fails has not
 * reached the store.
 *
 * ```ts
 * const store = new FaultyStore(new MapStore());
 * store.failNext('apply');                      // one write is refused
 * const release = store.hold('get');            // reads hang, until release()
 * store.lag('getMany', '2s', clock);            // each call takes 2 seconds longer
 * store.dropNext('apply');                      // one write is acknowledged, and gone
 * store.loseNext('apply');                      // one write is made, and says that it failed
 * ```
 */
export class FaultyStore implements BackingStore {
  /** Not there where the store has none. */
  readonly scan?: () => AsyncGenerator<readonly Row[]>;
  readonly #store: BackingStore;
  readonly #moods = new Moods<StoreMethod>();

  constructor(store: BackingStore) {
    this.#store = store;
    const scan = store.scan?.bind(store);
    if (scan !== undefined) this.scan = () => this.#scan(scan());
  }

  get role(): StoreRole {
    return this.#store.role;
  }

  get capabilities(): StoreCapabilities {
    return this.#store.capabilities;
  }

  /** How often a method has been called, failures and calls that are still held included. */
  calls(method: StoreMethod): number {
    return this.#moods.calls(method);
  }

  /** The next calls of a method are rejected, with `error` where one is given. */
  failNext(method: StoreMethod, times = 1, error: unknown = new Error(`${method} was told to fail`)): void {
    this.#moods.fail(method, times, error);
  }

  /** Every call of a method is rejected until {@link heal}. */
  failAlways(method: StoreMethod, error?: unknown): void {
    this.failNext(method, Infinity, error);
  }

  /** The next calls of a method do not reach the store, and answer as if all were well: a read finds nothing, a write is lost. */
  dropNext(method: StoreMethod, times = 1): void {
    this.#moods.drop(method, times);
  }

  /** The next calls of a method reach the store, and are rejected all the same: nobody knows then what is stored. */
  loseNext(method: StoreMethod, times = 1): void {
    this.#moods.lose(method, times);
  }

  /** Every call of a method takes so much longer, until {@link heal}. @param clock that of the machine by default. */
  lag(method: StoreMethod, by: Duration, clock: Clock = systemClock): void {
    this.#moods.lag(method, by, clock);
  }

  /** No method fails, lags or loses anything any longer; what is held stays held. */
  heal(): void {
    this.#moods.heal();
  }

  /** Calls of a method wait from now on, until the answer is called: then all of them go on, in their order. */
  hold(method: StoreMethod): () => void {
    return this.#moods.hold(method);
  }

  open(): Promise<void> {
    return this.#pass('open', () => this.#store.open(), undefined);
  }

  get(key: string): Promise<Row | undefined> {
    return this.#pass('get', () => this.#store.get(key), undefined);
  }

  getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return this.#pass('getMany', () => this.#store.getMany(keys), []);
  }

  apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void> {
    return this.#pass('apply', () => this.#store.apply(operations, options), undefined);
  }

  clear(): Promise<void> {
    return this.#pass('clear', () => this.#store.clear(), undefined);
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#pass('invalidate', () => this.#store.invalidate(invalidations), undefined);
  }

  invalidations(): Promise<readonly Invalidation[]> {
    return this.#pass('invalidations', () => this.#store.invalidations(), []);
  }

  rows(): Promise<readonly Row[]> {
    return this.#pass('rows', () => this.#store.rows(), []);
  }

  replaceAll(rows: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#pass('replaceAll', () => this.#store.replaceAll(rows), undefined);
  }

  close(): Promise<void> {
    return this.#pass('close', () => this.#store.close(), undefined);
  }

  async *#scan(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
    const iterator = pages[Symbol.asyncIterator]();
    const next = (): Promise<IteratorResult<readonly Row[]>> =>
      this.#pass('scan', () => iterator.next(), END);
    try {
      for (let page = await next(); page.done !== true; page = await next()) yield page.value;
    } finally {
      await iterator.return?.();
    }
  }

  #pass<T>(method: StoreMethod, make: () => Promise<T>, nothing: T): Promise<T> {
    return this.#moods.pass(method, { make, nothing });
  }
}

const END: IteratorResult<never> = { done: true, value: undefined };
