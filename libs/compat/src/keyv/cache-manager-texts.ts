import type { CacheManagerStoreLike, KeyvListener } from './keyv-types.js';
import { forEachOf, listenTo, type TextEntry, type Texts } from './texts.js';

/** What is for ever lives so long in a store that would otherwise take its own default: a hundred years. */
const FOR_EVER_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** A store of cache-manager 5. */
export class CacheManagerTexts implements Texts {
  readonly name: string;
  readonly keys: Texts['keys'];
  readonly #store: CacheManagerStoreLike;

  constructor(store: CacheManagerStoreLike & { readonly name?: unknown }) {
    this.#store = store;
    this.name = typeof store.name === 'string' ? `cache-manager ${store.name}` : 'cache-manager store';
    this.keys = store.keys === undefined ? undefined : () => this.#keys();
  }

  async getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keys.length === 1 || this.#store.mget === undefined)
      return forEachOf(keys, async (key) => this.#store.get(key));
    const found: unknown = keys.length === 0 ? [] : await this.#store.mget(...keys);
    return Array.isArray(found) ? found : [];
  }

  /** `mset` has one time to live for all. */
  async setMany(entries: readonly TextEntry[]): Promise<void> {
    await forEachOf(entries, async ({ key, text, ttlMs }) =>
      this.#store.set(key, text, ttlMs ?? FOR_EVER_MS),
    );
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    if (keys.length > 1 && this.#store.mdel !== undefined) await this.#store.mdel(...keys);
    else await forEachOf(keys, async (key) => this.#store.del(key));
  }

  async clear(): Promise<void> {
    await this.#store.reset?.();
  }

  async disconnect(): Promise<void> {
    await this.#store.disconnect?.();
  }

  onError(listener: KeyvListener): () => void {
    return listenTo(this.#store, listener);
  }

  async *#keys(): AsyncGenerator<string> {
    const keys: unknown = await this.#store.keys?.();
    for (const key of Array.isArray(keys) ? keys : []) if (typeof key === 'string') yield key;
  }
}
