import { EventEmitter } from 'node:events';
import type { CacheManagerStoreLike } from '../../libs/compat/src/keyv/keyv-types.js';

interface Kept {
  readonly value: unknown;
  readonly expiresAt: number;
}

/** A storage adapter of Keyv in memory, with every method that an adapter may have; what it was asked is in `calls`. */
export class MemoryAdapter extends EventEmitter {
  readonly opts = { dialect: 'redis', url: '' };
  readonly calls: string[] = [];
  namespace: string | undefined;
  protected readonly kept = new Map<string, Kept>();

  async get(key: string): Promise<unknown> {
    this.calls.push('get');
    return this.find(key);
  }

  async getMany(keys: string[]): Promise<unknown[]> {
    this.calls.push('getMany');
    return keys.map((key) => this.find(key));
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    this.calls.push(`set ttl ${ttl}`);
    this.kept.set(key, { value, expiresAt: ttl === undefined ? Infinity : Date.now() + ttl });
    return true;
  }

  async setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<void> {
    this.calls.push('setMany');
    for (const { key, value, ttl } of entries)
      this.kept.set(key, { value, expiresAt: ttl === undefined ? Infinity : Date.now() + ttl });
  }

  async delete(key: string): Promise<boolean> {
    this.calls.push('delete');
    return this.kept.delete(key);
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    this.calls.push('deleteMany');
    return keys.map((key) => this.kept.delete(key)).every(Boolean);
  }

  /** As adapters do: what begins with the namespace. */
  async clear(): Promise<void> {
    this.calls.push('clear');
    for (const key of this.kept.keys())
      if (this.namespace === undefined || key.startsWith(`${this.namespace}:`)) this.kept.delete(key);
  }

  async *iterator(): AsyncGenerator<[string, unknown]> {
    for (const [key, { value }] of this.kept) yield [key, value];
  }

  async disconnect(): Promise<void> {
    this.calls.push('disconnect');
  }

  /** The keys that are kept, as the adapter was given them. */
  keys(): string[] {
    return [...this.kept.keys()];
  }

  protected find(key: string): unknown {
    const found = this.kept.get(key);
    return found !== undefined && found.expiresAt > Date.now() ? found.value : undefined;
  }
}

export function memoryAdapter(): MemoryAdapter {
  return new MemoryAdapter();
}

/** As {@link MemoryAdapter} with the four methods that every adapter has, and no other. */
export function plainAdapter(adapter = memoryAdapter()) {
  return {
    opts: {},
    namespace: undefined as string | undefined,
    get: (key: string) => adapter.get(key),
    set: (key: string, value: unknown, ttl?: number) => adapter.set(key, value, ttl),
    delete: (key: string) => adapter.delete(key),
    clear: () => adapter.clear(),
    on: (event: string, listener: (error?: unknown) => void) => adapter.on(event, listener),
    off: (event: string, listener: (error?: unknown) => void) => adapter.off(event, listener),
  };
}

/** A store of cache-manager 5 in memory. */
export function oldStore(): Required<Omit<CacheManagerStoreLike, 'disconnect' | 'on' | 'off'>> & {
  readonly ttls: (number | undefined)[];
} {
  const kept = new Map<string, unknown>();
  const ttls: (number | undefined)[] = [];
  return {
    ttls,
    get: async (key) => kept.get(key),
    mget: async (...keys) => keys.map((key) => kept.get(key)),
    set: async (key, value, ttl) => {
      ttls.push(ttl);
      kept.set(key, value);
    },
    del: async (key) => void kept.delete(key),
    mdel: async (...keys) => {
      for (const key of keys) kept.delete(key);
    },
    reset: async () => kept.clear(),
    keys: async () => [...kept.keys()],
  };
}
