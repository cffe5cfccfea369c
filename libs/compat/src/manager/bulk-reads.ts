import type { Stored } from '../store/shelf.js';
import type { Tier } from '../store/tier.js';
import type { Fence } from './fences.js';
import type { Found, Reads } from './reads.js';
import type { Shared } from './settings.js';

/** Finds the values of many keys, each store asked once for those that no store before it had. */
export class BulkReads {
  constructor(
    private readonly shared: Shared,
    private readonly reads: Reads,
  ) {}

  async mget(keys: string[]): Promise<unknown[]> {
    const fences = new Map(keys.map((key) => [key, this.shared.fences.raise(key)]));
    try {
      const found = await this.find(keys);
      await Promise.all(Array.from(found, ([key, hit]) => this.promote(key, hit, fences.get(key))));
      const values = keys.map((key) => found.get(key)?.stored.value);
      this.shared.announcer.tell('mget', { keys, values });
      return values;
    } finally {
      for (const fence of fences.values()) fence.release();
    }
  }

  /** One store after the other, with `nonBlocking` too: which of them is asked for what depends on the answers before. */
  private async find(keys: readonly string[]): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    for (const [depth, tier] of this.shared.tiers.entries()) {
      const missing = [...new Set(keys)].filter((key) => !found.has(key));
      if (missing.length === 0) break;
      const answers = await this.ask(tier, missing);
      for (const [index, key] of missing.entries()) {
        const stored = answers[index];
        if (stored !== undefined) found.set(key, { stored, depth });
      }
    }
    return found;
  }

  private async ask(tier: Tier, keys: string[]): Promise<(Stored | undefined)[]> {
    try {
      return await tier.readMany(keys);
    } catch (error) {
      this.shared.announcer.tellFailure('mget', { keys, error }, error);
      return [];
    }
  }

  private async promote(key: string, found: Found, fence: Fence | undefined): Promise<void> {
    if (fence !== undefined) await this.reads.promote(key, found, fence);
  }
}
