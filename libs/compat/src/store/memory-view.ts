import type { MemoryCache } from 'nuthatch/engine';
import { copyOf } from './copy.js';
import type { Stored } from './shelf.js';

/** What a Keyv on a `Map` puts before its keys there. */
const PREFIX = 'keyv:';

/**
 * The memory of a cache as the `Map` that a Keyv would have: `cache.stores[0].store.keys()`. Keys have the prefix `keyv:` and values are
 * `{ value, expires }`, copied; it is always up to date, and deleting from it deletes from the cache.
 */
export class MemoryView implements Iterable<[string, Stored]> {
  readonly namespace = 'keyv';

  constructor(private readonly memory: MemoryCache<string, Stored>) {}

  /** How many entries are held, those included that have expired and are not removed yet. */
  get size(): number {
    return this.memory.size;
  }

  get(key: string): Stored | undefined {
    return copyOf(this.memory.peek(bare(key)));
  }

  has(key: string): boolean {
    return this.memory.has(bare(key));
  }

  delete(key: string): boolean {
    return this.memory.delete(bare(key));
  }

  clear(): void {
    this.memory.clear();
  }

  *keys(): Generator<string> {
    for (const key of this.memory.keys()) yield PREFIX + key;
  }

  *values(): Generator<Stored> {
    for (const [, stored] of this.memory.entries()) yield copyOf(stored);
  }

  *entries(): Generator<[string, Stored]> {
    for (const [key, stored] of this.memory.entries()) yield [PREFIX + key, copyOf(stored)];
  }

  [Symbol.iterator](): Generator<[string, Stored]> {
    return this.entries();
  }

  forEach(visit: (stored: Stored, key: string) => void): void {
    for (const [key, stored] of this.entries()) visit(stored, key);
  }
}

/** A key without the prefix, which callers may leave out or not. */
export function bare(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
}
