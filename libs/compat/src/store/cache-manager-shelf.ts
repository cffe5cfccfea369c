import type { CacheManagerStoreLike } from '../keyv/keyv-types.js';
import type { Shelf, Stored } from './shelf.js';

/** The part of such a store that not all have. */
interface Telling {
  ttl?(key: string): unknown;
  disconnect?(): unknown;
}

/** Keeps values in a store of cache-manager 4 or 5 as they are; what it tells of their life is asked. */
export class CacheManagerShelf implements Shelf {
  constructor(readonly store: CacheManagerStoreLike & Telling) {}

  async read(key: string): Promise<Stored | undefined> {
    const [value, leftMs] = await Promise.all([this.store.get(key), this.store.ttl?.(key)]);
    if (value === undefined || value === null) return undefined;
    return { value, expires: typeof leftMs === 'number' && leftMs > 0 ? Date.now() + leftMs : undefined };
  }

  async readMany(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    return Promise.all(keys.map(async (key) => this.read(key)));
  }

  async write(key: string, value: unknown, ttlMs: number | undefined): Promise<boolean> {
    // Where no life is told, such a store would use a default of its own; 0 is its word for ever.
    await this.store.set(key, value, ttlMs ?? 0);
    return true;
  }

  async remove(keys: readonly string[]): Promise<boolean> {
    await Promise.all(keys.map(async (key) => this.store.del(key)));
    return true;
  }

  async clear(): Promise<void> {
    await this.store.reset?.();
  }

  async *entries(): AsyncGenerator<readonly [key: string, value: unknown]> {
    const keys = await this.store.keys?.();
    for (const key of Array.isArray(keys) ? (keys as string[]) : []) yield [key, await this.store.get(key)];
  }

  async disconnect(): Promise<void> {
    await this.store.disconnect?.();
  }

  /** Such a store tells of no errors. */
  onError(): void {}
}
