import type { StoreVerb } from '../diagnostics/operation.js';
import { type CacheError, counted } from '../kernel/errors.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { isStoreTrouble } from '../kernel/store-errors.js';
import type { ApplyOptions, BackingStore, Operation, Row } from './backing-store.js';
import type { Task } from './call.js';
import { applying } from './applying.js';
import { type Guard, guardOf, type GuardParts } from './guard.js';
import { keyOf } from './holds.js';
import { renewing } from './renewing.js';
import { rowOf } from './repairs.js';
import { StoreLife } from './store-life.js';

/**
 * What the cache talks to instead of the store itself: opens it once, before its first use, closes it once, and wraps whatever it throws
 * into a `CacheError` that names the operation. No call is held longer than its deadline, a store that is down is left alone for a while,
 * and what it has missed is made up for when it is back. After `close` every use is `closed`.
 */
export class GuardedStore implements BackingStore {
  /** Not there where the store has none. Each page is a call, to those who watch. */
  readonly scan?: () => AsyncGenerator<readonly Row[]>;
  readonly #store: BackingStore;
  readonly #parts: GuardParts;
  readonly #guard: Guard;
  readonly #life: StoreLife;

  constructor(store: BackingStore, parts: GuardParts) {
    this.#store = store;
    this.#parts = parts;
    const guard = guardOf(store, parts);
    const { calls, recovery, reads, writes } = guard;
    this.#guard = guard;
    this.#life = new StoreLife(store, {
      ...parts,
      attempt: (open) =>
        calls.run({ operation: 'open', describe: () => 'open', deadlines: writes, start: open }),
      ending: async () => {
        await recovery.stop();
        for (const deadlines of [reads, writes]) deadlines.end();
      },
    });
    if (store.scan !== undefined) this.scan = () => this.#scan();
  }

  get role(): BackingStore['role'] {
    return this.#store.role;
  }

  get capabilities(): BackingStore['capabilities'] {
    return this.#store.capabilities;
  }

  /** Whether the store is left alone, since it has failed too often: calls are refused at once. */
  get isDown(): boolean {
    return this.#guard.breaker?.isClosed === false;
  }

  /** How many changes the store has missed. */
  get repairs(): number {
    return this.#guard.repairs.count;
  }

  open(): Promise<void> {
    return this.#life.open();
  }

  get(key: string): Promise<Row | undefined> {
    const { repairs, reads, slowMs } = this.#guard;
    const repair = repairs.find(key);
    if (repair !== undefined && this.#life.isOpen) return Promise.resolve(rowOf(repair));
    return this.#run({
      operation: 'get',
      key,
      keys: 1,
      describe: () => `read ${JSON.stringify(key)}`,
      deadlines: reads,
      slowMs,
      start: () => this.#store.get(key),
      seen: (row) => repairs.over(key, row),
    });
  }

  getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const { repairs, reads, slowMs } = this.#guard;
    const missed = repairs.isIdle ? [] : keys.flatMap((key) => repairs.find(key) ?? []);
    const known = new Set(missed.map(keyOf));
    const asked = known.size === 0 ? keys : keys.filter((key) => !known.has(key));
    const rows = missed.flatMap((operation) => rowOf(operation) ?? []);
    if (asked.length === 0 && keys.length > 0 && this.#life.isOpen) return Promise.resolve(rows);
    return this.#run({
      operation: 'getMany',
      keys: asked.length,
      describe: () => `read ${counted(asked.length, 'key')}`,
      deadlines: reads,
      slowMs,
      start: () => this.#store.getMany(asked),
      seen: (found) =>
        repairs.isIdle ? found : [...rows, ...found.flatMap((row) => repairs.over(row.key, row) ?? [])],
    });
  }

  apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void> {
    const { repairs, recovery } = this.#guard;
    if (this.#takesWrites() && !operations.some((operation) => this.#isBuffered(operation))) {
      repairs.take(operations);
      recovery.wake();
      return Promise.resolve();
    }
    return this.#run({
      ...applying(operations),
      deadlines: this.#guard.writes,
      footprint: operations,
      start: () => this.#store.apply(operations, options),
      // What a policy brings to the store in its own time it tries again by itself, and finds out what cannot be stored.
      isForgiven: () => operations.some((operation) => this.#isBuffered(operation)),
      seen: () => repairs.made(operations),
      failed: (error) => this.#missed(error, operations),
      landed: () => this.#landed(operations),
    });
  }

  clear(): Promise<void> {
    return this.#run({
      operation: 'clear',
      describe: () => 'clear',
      deadlines: this.#guard.writes,
      footprint: 'everything',
      start: () => this.#store.clear(),
      seen: () => this.#guard.repairs.reset(),
    });
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const { repairs, recovery, writes } = this.#guard;
    const missed = (): void => {
      if (this.role !== 'cache') return;
      repairs.invalidate(invalidations);
      recovery.wake();
    };
    if (this.#takesWrites()) return Promise.resolve(missed());
    return this.#run({
      operation: 'invalidate',
      describe: () => `remember ${counted(invalidations.length, 'invalidation')}`,
      deadlines: writes,
      start: () => this.#store.invalidate(invalidations),
      seen: () => repairs.remembered(invalidations),
      failed: (error) => isStoreTrouble(error) && missed(),
    });
  }

  invalidations(): Promise<readonly Invalidation[]> {
    return this.#long(['invalidations', 'list its invalidations'], () => this.#store.invalidations());
  }

  async rows(): Promise<readonly Row[]> {
    const overlay = this.#guard.repairs.overlay();
    const rows = await this.#long(['rows', 'list its rows'], () => this.#store.rows());
    return [...overlay.over(rows), ...overlay.rest()];
  }

  replaceAll(rows: AsyncIterable<readonly Row[]>): Promise<void> {
    return this.#run({
      operation: 'replaceAll',
      describe: () => 'replace its rows',
      deadlines: this.#guard.writes,
      footprint: 'everything',
      start: (call) => this.#store.replaceAll(renewing(rows, call)),
      seen: () => this.#guard.repairs.reset(),
    });
  }

  /** Asks for something that stores in general do not have, under the same deadlines and breaker. */
  ask<T>(operation: StoreVerb, key: string, start: () => Promise<T>): Promise<T> {
    const describe = (): string => `${operation} ${JSON.stringify(key)}`;
    return this.#run({ operation, key, keys: 1, describe, deadlines: this.#guard.reads, start });
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  async *#scan(): AsyncGenerator<readonly Row[]> {
    await this.open();
    const overlay = this.#guard.repairs.overlay();
    const pages = this.#store.scan?.()[Symbol.asyncIterator]();
    if (pages === undefined) return;
    let hasFailed = false;
    const next = () => this.#long(['scan', 'scan its rows'], () => pages.next(), () => (hasFailed = true)); // prettier-ignore
    try {
      for (let page = await next(); page.done !== true; page = await next()) yield overlay.over(page.value);
      yield overlay.rest();
    } finally {
      const ending = this.#long(['scan', 'end a scan of its rows'], async () => pages.return?.());
      // A page that does not come would keep it from ending; whoever watches is told if it fails.
      if (hasFailed) ending.catch(() => undefined);
      else await ending;
    }
  }

  #long<T>(
    [operation, what]: readonly [operation: StoreVerb, what: string],
    start: () => Promise<T>,
    failed?: () => void,
  ): Promise<T> {
    return this.#run({ operation, describe: () => what, deadlines: this.#guard.writes, start, failed });
  }

  #run<T>(task: Task<T>): Promise<T> {
    if (this.#life.isOpen) return this.#guard.calls.run(task);
    return this.#openAndRun(task);
  }

  async #openAndRun<T>(task: Task<T>): Promise<T> {
    await this.open();
    return this.#guard.calls.run(task);
  }

  /** Whether writes are acknowledged though the store cannot take them. */
  #takesWrites(): boolean {
    const { resilience, buffer } = this.#parts;
    if (resilience.whenDown !== 'memory' || !this.#life.isOpen) return false;
    return this.isDown && !buffer.isBuffering();
  }

  #isBuffered(operation: Operation): boolean {
    return this.#parts.buffer.holds(keyOf(operation));
  }

  #missed(error: CacheError, operations: readonly Operation[]): void {
    if (this.role !== 'cache' || !isStoreTrouble(error)) return;
    const { recovery, repairs, suspects } = this.#guard;
    const unkept = operations.filter((operation) => !this.#isBuffered(operation));
    const isInDoubt = error.code === 'store_timeout' || error.code === 'store_down';
    if (isInDoubt || this.#parts.resilience.repairsRefusals) repairs.undo(unkept);
    else suspects.add(unkept, this.#parts.clock.now());
    if (this.isDown) suspects.convict();
    recovery.wake();
  }

  #landed(operations: readonly Operation[]): void {
    // What memory has read meanwhile may be what was there before. In a tier of the cache repairs see to it.
    if (this.role === 'record') this.#parts.observer.storeSettledLate(operations.map(keyOf));
  }
}
