import type { MemoryShelf } from './memory-shelf.js';
import type { Stored } from './shelf.js';
import type { Tier, TierEntry, TierLabel } from './tier.js';

/** The memory of a cache as one of its stores: not asked by way of its face, which would only cost time. */
export class MemoryTier implements Tier {
  constructor(
    readonly label: TierLabel,
    private readonly shelf: MemoryShelf,
    readonly ttlMs: number | undefined,
  ) {}

  async read(key: string): Promise<Stored | undefined> {
    return this.look(key);
  }

  look(key: string): Stored | undefined {
    const stored = this.shelf.look(key);
    return stored?.value === undefined ? undefined : stored;
  }

  async readMany(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    return Promise.all(keys.map((key) => this.read(key)));
  }

  write({ key, value, ttl }: TierEntry): Promise<boolean> {
    return this.shelf.write(key, value, ttl === 0 ? undefined : ttl);
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.shelf.remove(keys);
  }

  clear(): Promise<void> {
    return this.shelf.clear();
  }

  disconnect(): Promise<void> {
    return this.shelf.disconnect();
  }
}
