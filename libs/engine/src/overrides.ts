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
  apply<V>(options: WriteOptions<V> | undefined): WriteOptions<V> | undefined {
    const around = this.#storage?.getStore();
    if (around === undefined || options === undefined) return around ?? options;
    const { ttl, tags, tti, staleWhileRevalidate, grace } = options;
    return {
      ttl: ttl ?? around.ttl,
      tags: tags ?? around.tags,
      tti: tti ?? around.tti,
      staleWhileRevalidate: staleWhileRevalidate ?? around.staleWhileRevalidate,
      grace: grace ?? around.grace,
    };
  }
}
