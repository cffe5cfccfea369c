import { AsyncLocalStorage } from 'node:async_hooks';
import type { WriteOptions } from './kernel/life.js';

/**
 * What a cache's own defaults are replaced by within one call of a function, also across its awaits and beside concurrent
 * callers. Costs nothing before its first use.
 */
export class Overrides {
  #storage: AsyncLocalStorage<WriteOptions> | undefined;

  run<T>(overrides: WriteOptions, fn: () => T): T {
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage.run({ ...this.#storage.getStore(), ...overrides }, fn);
  }

  /** The options of a call: what it says itself, then what is overridden around it. */
  apply(options: WriteOptions | undefined): WriteOptions | undefined {
    const around = this.#storage?.getStore();
    if (around === undefined || options === undefined) return around ?? options;
    return { ttl: options.ttl ?? around.ttl, tags: options.tags ?? around.tags };
  }
}
