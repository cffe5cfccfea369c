import type { StoredValue, WrapOptions } from '../cache.js';
import { copyOf } from '../store/copy.js';
import { remainingMs, type Stored } from '../store/shelf.js';
import type { Fence } from './fences.js';
import { Flights } from './flights.js';
import type { Found, Reads } from './reads.js';
import { type Shared, usableTtl } from './settings.js';
import type { Writes } from './writes.js';

/** What one `wrap` asks for. */
export interface Wrap {
  readonly key: string;
  readonly load: () => unknown;
  readonly options: WrapRules;
}

/** How long what it loads is kept, and when it is loaded anew. */
export type WrapRules = {
  readonly [Option in keyof WrapOptions<unknown>]: WrapOptions<unknown>[Option] | undefined;
};

/** Reads through a cache: finds a value, or loads it once for all who ask. */
export class Wraps {
  private readonly flights: Flights<Stored>;
  private readonly refreshes: Flights<void>;

  constructor(
    private readonly shared: Shared,
    private readonly reads: Reads,
    private readonly writes: Writes,
  ) {
    this.flights = new Flights(shared.fences);
    this.refreshes = new Flights(shared.fences);
  }

  async wrap(wrap: Wrap): Promise<StoredValue> {
    const joined = this.flights.of(wrap.key);
    if (joined !== undefined) {
      const { value, expires } = await joined.landing;
      return { value: this.shared.settings.isStrict ? value : copyOf(value), expires };
    }
    const near = this.reads.look(wrap.key);
    if (near === undefined)
      return this.flights.start(wrap.key, (fence) => this.findOrLoad(wrap, fence)).landing;
    if (this.isDue(wrap, near)) this.refresh(wrap, near);
    return near.stored;
  }

  /** What is not in memory. */
  private async findOrLoad(wrap: Wrap, fence: Fence): Promise<Stored> {
    const found = await this.reads.searchBeyond(wrap.key);
    if (found === undefined) return this.load(wrap, fence);
    const { stored } = found;
    if (this.isDue(wrap, found)) this.refresh(wrap, found);
    else await this.reads.promote(wrap.key, capped(found, this.ttlOf(wrap, stored.value)), fence);
    return stored;
  }

  /** Whether so little is left of a value's life that it is loaded anew. */
  private isDue({ options }: Wrap, { stored }: Found): boolean {
    const threshold = told(options.refreshThreshold, stored.value) ?? this.shared.settings.refreshThreshold;
    if (threshold === undefined) return false;
    const leftMs = remainingMs(stored);
    return leftMs !== undefined && leftMs < threshold;
  }

  private async load(wrap: Wrap, fence: Fence): Promise<Stored> {
    const value = await wrap.load();
    const ttl = this.ttlOf(wrap, value);
    if (value !== undefined && !fence.isBroken) await this.keep({ key: wrap.key, value, ttl });
    return { value, expires: ttl === undefined || ttl === 0 ? undefined : Date.now() + ttl };
  }

  /** A store that fails has told so by an event; the value is there all the same. */
  private async keep({
    key,
    value,
    ttl,
  }: {
    key: string;
    value: unknown;
    ttl: number | undefined;
  }): Promise<void> {
    await this.writes.keep({ key, value, ...(ttl !== undefined && { ttl }) }).catch(alreadyTold);
  }

  private refresh(wrap: Wrap, found: Found): void {
    if (this.refreshes.of(wrap.key) !== undefined) return;
    const { landing } = this.refreshes.start(wrap.key, (fence) => this.loadAnew(wrap, found, fence));
    this.shared.background.run(landing);
  }

  /** Never rejects. */
  private async loadAnew({ key, load, options }: Wrap, found: Found, fence: Fence): Promise<void> {
    const { announcer, settings, tiers } = this.shared;
    try {
      const value = await load();
      const ttl = this.ttlOf({ key, load, options }, value);
      if (value === undefined || fence.isBroken) return;
      const upTo = settings.refreshAllStores ? tiers.length : found.depth + 1;
      await this.writes.keep({ key, value, ...(ttl !== undefined && { ttl }) }, tiers.slice(0, upTo));
      announcer.tell('refresh', { key, value });
    } catch (error) {
      announcer.tellFailure('refresh', { key, value: found.stored.value, error }, error);
    }
  }

  private ttlOf({ options }: Wrap, value: unknown): number | undefined {
    return usableTtl(told(options.ttl, value)) ?? this.shared.settings.ttl;
  }
}

/** An option that may be told from the value. */
function told(option: number | ((value: unknown) => number) | undefined, value: unknown): number | undefined {
  return typeof option === 'function' ? option(value) : option;
}

/** What was found, living no longer than the caller of `wrap` asks. */
function capped(found: Found, ttl: number | undefined): Found {
  if (ttl === undefined || ttl === 0) return found;
  const expires = Math.min(found.stored.expires ?? Infinity, Date.now() + ttl);
  return { ...found, stored: { ...found.stored, expires } };
}

function alreadyTold(): void {
  // The write has become a `set` event with its error, or a log line.
}
