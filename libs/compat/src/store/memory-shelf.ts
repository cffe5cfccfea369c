import { MemoryCache, systemClock, type Clock } from 'nuthatch/engine';
import type { CacheMemoryOptions } from '../cache-options.js';
import { copyOf } from './copy.js';
import { bare, MemoryView } from './memory-view.js';
import type { Shelf, Stored } from './shelf.js';

const DEFAULT_BYTES = '64mb';

/** Keeps values in the memory of the process: bounded, and rid of expired ones within a second, read or not. */
export class MemoryShelf implements Shelf {
  readonly store: MemoryView;
  private readonly memory: MemoryCache<string, Stored>;
  private readonly clock: Clock;
  private readonly longestMs: number;

  /** @param isolates whether callers have copies of their own. */
  constructor(
    options: CacheMemoryOptions,
    private readonly isolates: boolean,
  ) {
    this.clock = options.clock ?? systemClock;
    this.longestMs = options.ttl ?? Infinity;
    this.memory = new MemoryCache<string, Stored>({
      maxItems: options.maxItems,
      maxBytes: options.maxBytes ?? (options.maxItems === undefined ? DEFAULT_BYTES : undefined),
      eviction: options.eviction ?? 'lru',
      clock: this.clock,
    });
    this.store = new MemoryView(this.memory);
  }

  async read(key: string): Promise<Stored | undefined> {
    return this.look(key);
  }

  async readMany(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    return keys.map((key) => this.look(key));
  }

  async write(key: string, value: unknown, ttlMs: number | undefined): Promise<boolean> {
    const lifeMs = Math.min(ttlMs ?? Infinity, this.longestMs);
    if (lifeMs <= 0) {
      this.memory.delete(bare(key));
      return true;
    }
    const expires = lifeMs === Infinity ? undefined : this.clock.wallNow() + lifeMs;
    const stored = { value: this.isolates ? copyOf(value) : value, expires };
    return this.memory.set(bare(key), stored, { ttl: lifeMs });
  }

  async remove(keys: readonly string[]): Promise<boolean> {
    return keys.reduce((isThere, key) => this.memory.delete(bare(key)) || isThere, false);
  }

  async clear(): Promise<void> {
    this.memory.clear();
  }

  async *entries(): AsyncGenerator<readonly [key: string, value: unknown]> {
    for (const key of this.memory.keys()) {
      const stored = this.look(key);
      if (stored !== undefined) yield [key, stored.value];
    }
  }

  /** Ends the removal of what expires unread; the values stay readable, as they do in a Keyv on a `Map`. */
  async disconnect(): Promise<void> {
    this.memory.close();
  }

  /** Memory tells of no errors. */
  onError(): void {}

  /** As {@link read}, at once. Also asks the wall clock, which tests and the machine's owner may set. */
  look(key: string): Stored | undefined {
    const stored = this.memory.get(bare(key));
    if (stored === undefined) return undefined;
    if (stored.expires !== undefined && stored.expires <= this.clock.wallNow()) {
      this.memory.delete(bare(key));
      return undefined;
    }
    return this.isolates ? { value: copyOf(stored.value), expires: stored.expires } : stored;
  }
}
