import { transactionsOfProcess } from './transactions.js';

/** Makes changes of caches wait for the end of a transaction of your database. */
export class CacheTransaction {
  /**
   * Runs `fn`, and applies what it changes in any cache of the process once it has ended well; where it throws, none of it. Until then nobody else sees
   * it; the function itself does, also across awaits. So the database is to be committed within `fn`. A run within another is a savepoint: where it
   * throws, its own changes are gone; where it ends well, they are applied with those around it.
   *
   * A cache that fails afterwards does not fail the run, since the transaction stands: it forgets the keys in question and emits `apply_failed`.
   *
   * @example
   * ```ts
   * await CacheTransaction.run(() => dataSource.transaction(async (manager) => {
   *   await manager.save(airport);
   *   await cache.delete(`airport:${airport.iata}`);
   * }));
   * ```
   * @throws what `fn` throws; CacheError `apply_failed` where a store of the role `'record'`, your own data, did not take what was written.
   */
  static run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    return transactionsOfProcess().run(fn);
  }

  /** Whether the caller is inside of one. Code that lost its async context, as some callbacks do, is not. */
  static get isRunning(): boolean {
    return transactionsOfProcess().current !== undefined;
  }
}
