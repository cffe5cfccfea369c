import { remainingMs, type Stored } from '../store/shelf.js';
import type { Tier } from '../store/tier.js';
import type { Fence } from './fences.js';
import type { Shared } from './settings.js';

/** A value, and the store that had it. */
export interface Found {
  readonly stored: Stored;
  /** The index of the store. */
  readonly depth: number;
}

type ReadEvent = 'get' | 'ttl';

/** Finds values in the stores of a cache, and brings them forward with the life that is left to them. */
export class Reads {
  /** The depth of the first store that is not the memory of the process. */
  private readonly beyondMemory: number;

  constructor(private readonly shared: Shared) {
    this.beyondMemory = shared.tiers[0]?.look === undefined ? 0 : 1;
  }

  /** A value that memory has is answered without asking anybody else, with `nonBlocking` too. */
  async get(key: string): Promise<unknown> {
    const near = this.look(key, 'get');
    if (near === undefined) return this.getBeyond(key);
    this.tellRead(key, near);
    return near.stored.value;
  }

  private async getBeyond(key: string): Promise<unknown> {
    // Alone, a store has nothing that is brought forward.
    const fence = this.shared.tiers.length > 1 ? this.shared.fences.raise(key) : undefined;
    try {
      const found = await this.beyond(key, 'get');
      this.tellRead(key, found);
      if (found !== undefined && fence !== undefined) await this.promote(key, found, fence);
      return found?.stored.value;
    } finally {
      fence?.release();
    }
  }

  async ttl(key: string): Promise<number | undefined> {
    const found = this.look(key, 'ttl') ?? (await this.beyond(key, 'ttl'));
    if (found !== undefined) this.shared.announcer.tell('ttl', { key, value: found.stored });
    return found?.stored.expires;
  }

  /** What the first store has, where that is the memory of the process. */
  look(key: string, event: ReadEvent = 'get'): Found | undefined {
    const [first] = this.shared.tiers;
    if (first?.look === undefined) return undefined;
    try {
      const stored = first.look(key);
      return stored && { stored, depth: 0 };
    } catch (error) {
      this.shared.announcer.tellFailure(event, { key, error, store: first.label }, error);
      return undefined;
    }
  }

  /** Asks the stores one after the other. A store that fails is taken for one that has nothing. */
  async search(key: string): Promise<Found | undefined> {
    return this.look(key) ?? this.searchBeyond(key);
  }

  /** As {@link search}, where {@link look} has found nothing. */
  async searchBeyond(key: string, event: ReadEvent = 'get'): Promise<Found | undefined> {
    for (let depth = this.beyondMemory; depth < this.shared.tiers.length; depth++) {
      const found = await this.ask(depth, key, event);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Writes a value into the stores before the one that had it. Fails for nobody. */
  async promote(key: string, { stored, depth }: Found, fence: Fence): Promise<void> {
    if (depth === 0 || fence.isBroken) return;
    const leftMs = remainingMs(stored);
    if (leftMs === 0) return;
    const work = Promise.all(
      this.shared.tiers.slice(0, depth).map((tier) => this.bring(tier, { key, stored, leftMs })),
    ).then(() => undefined);
    if (this.shared.settings.nonBlocking) this.shared.background.run(work);
    else await work;
  }

  private beyond(key: string, event: ReadEvent): Promise<Found | undefined> {
    return this.shared.settings.nonBlocking ? this.race(key, event) : this.searchBeyond(key, event);
  }

  /** Asks all stores at once: the first that has the key answers, and `undefined` only when all have been heard. */
  private async race(key: string, event: ReadEvent): Promise<Found | undefined> {
    const asked = this.shared.tiers
      .slice(this.beyondMemory)
      .map((_tier, index) => this.ask(this.beyondMemory + index, key, event));
    return new Promise((resolve) => {
      for (const answer of asked) void answer.then((found) => found !== undefined && resolve(found));
      void Promise.all(asked).then(() => resolve(undefined));
    });
  }

  private async ask(depth: number, key: string, event: ReadEvent): Promise<Found | undefined> {
    const tier = this.shared.tiers[depth];
    try {
      const stored = await tier?.read(key);
      return stored && { stored, depth };
    } catch (error) {
      this.shared.announcer.tellFailure(event, { key, error, store: tier?.label ?? 'primary' }, error);
      return undefined;
    }
  }

  private async bring(
    tier: Tier,
    { key, stored, leftMs }: { key: string; stored: Stored; leftMs: number | undefined },
  ): Promise<void> {
    // A store's own time to live is how long it may differ from those behind it.
    const ttl = Math.min(leftMs ?? this.shared.settings.ttl ?? Infinity, tier.ttlMs ?? Infinity);
    const entry = { key, value: stored.value, ttl: ttl === Infinity ? undefined : ttl };
    try {
      await tier.write(entry);
    } catch (error) {
      const data = { key, value: stored.value, error, store: tier.label };
      this.shared.announcer.tellFailure('set', data, error);
    }
  }

  private tellRead(key: string, found: Found | undefined): void {
    const { announcer } = this.shared;
    if (!announcer.hears('get')) return;
    if (found === undefined) announcer.tell('get', { key, value: undefined });
    else
      announcer.tell('get', {
        key,
        value: found.stored.value,
        store: this.shared.tiers[found.depth]?.label ?? 'primary',
      });
  }
}
