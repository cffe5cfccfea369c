import type {
  ApplyOptions,
  BackingStore,
  Invalidation,
  Operation,
  Row,
  StoreCapabilities,
  StoreRole,
} from 'nuthatch/engine';

/** A method of a store that can be made to fail, or to wait; of `scan`, each page that is asked for is a call. */
export type StoreMethod = Exclude<keyof BackingStore, 'role' | 'capabilities'>;

/** How a method behaves at present. */
interface Mood {
  calls: number;
  /** How many of the next calls fail. */
  failing: number;
  error: unknown;
  /** Resolves when the method is let go; `undefined` when nobody holds it. */
  held: Promise<void> | undefined;
}

/**
 * A store that fails, or waits, when it is told to, and is otherwise the store that it wraps. A call that fails has not
 * reached the store.
 *
 * ```ts
 * const store = new FaultyStore(new MapStore());
 * store.failNext('apply');                      // one write is refused
 * const release = store.hold('get');            // reads wait
 * ```
 */
export class FaultyStore implements BackingStore {
  /** Not there where the store has none. */
  readonly scan?: () => AsyncGenerator<readonly Row[]>;
  readonly #store: BackingStore;
  readonly #moods = new Map<StoreMethod, Mood>();

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
    return this.#mood(method).calls;
  }

  /** The next calls of a method are rejected, with `error` where one is given. */
  failNext(method: StoreMethod, times = 1, error: unknown = new Error(`${method} was told to fail`)): void {
    Object.assign(this.#mood(method), { failing: times, error });
  }

  /** Every call of a method is rejected until {@link heal}. */
  failAlways(method: StoreMethod, error?: unknown): void {
    this.failNext(method, Infinity, error);
  }

  /** No method fails any longer; what is held stays held. */
  heal(): void {
    for (const mood of this.#moods.values()) mood.failing = 0;
  }

  /** Calls of a method wait from now on, until the answer is called: then all of them go on, in their order. */
  hold(method: StoreMethod): () => void {
    const mood = this.#mood(method);
    const { promise, resolve } = latch();
    mood.held = promise;
    return () => {
      if (mood.held === promise) mood.held = undefined;
      resolve();
    };
  }

  open(): Promise<void> {
    return this.#pass('open', () => this.#store.open());
  }

  get(key: string): Promise<Row | undefined> {
    return this.#pass('get', () => this.#store.get(key));
  }

  getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return this.#pass('getMany', () => this.#store.getMany(keys));
  }

  apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void> {
    return this.#pass('apply', () => this.#store.apply(operations, options));
  }

  clear(): Promise<void> {
    return this.#pass('clear', () => this.#store.clear());
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#pass('invalidate', () => this.#store.invalidate(invalidations));
  }

  invalidations(): Promise<readonly Invalidation[]> {
    return this.#pass('invalidations', () => this.#store.invalidations());
  }

  rows(): Promise<readonly Row[]> {
    return this.#pass('rows', () => this.#store.rows());
  }

  replaceAll(rows: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#pass('replaceAll', () => this.#store.replaceAll(rows));
  }

  close(): Promise<void> {
    return this.#pass('close', () => this.#store.close());
  }

  async *#scan(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
    const iterator = pages[Symbol.asyncIterator]();
    const next = () => this.#pass('scan', () => iterator.next());
    try {
      for (let page = await next(); page.done !== true; page = await next()) yield page.value;
    } finally {
      await iterator.return?.();
    }
  }

  async #pass<T>(method: StoreMethod, call: () => Promise<T>): Promise<T> {
    const mood = this.#mood(method);
    mood.calls += 1;
    const fails = mood.failing > 0;
    if (fails) mood.failing -= 1;
    const { error, held } = mood;
    if (held !== undefined) await held;
    if (fails) throw error;
    return call();
  }

  #mood(method: StoreMethod): Mood {
    const known = this.#moods.get(method);
    if (known !== undefined) return known;
    const mood: Mood = { calls: 0, failing: 0, error: undefined, held: undefined };
    this.#moods.set(method, mood);
    return mood;
  }
}

function latch(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
