import type { Invalidation } from '../kernel/invalidation.js';
import type { BackingStore, Operation, Row } from '../store/backing-store.js';
import type { SharedClock } from './shared-clock.js';
import type { Link } from './link.js';
import type { RecentChanges } from './recent-changes.js';
import type { SharedTier, TierRead } from './shared-tier.js';
import { within } from './within.js';

/** What the store in front of a tier works on. */
export interface TierStoreParts {
  readonly tier: SharedTier;
  readonly link: Link;
  readonly recent: RecentChanges;
  readonly clock: SharedClock;
  /** Told of a write that came too late: what its caller holds is not what is shared. */
  readonly overtaken: (key: string, version: number) => void;
  /** How long each of what a change asks for may take. What is not answered then is over: it may land later, but its version says that it is old. */
  readonly timeoutMs: number;
}

/**
 * A shared tier as a store of rows, so that it gets deadlines, a breaker and repairs as every store does. Each change is told to the other
 * processes before it is acknowledged. Several keys are changed each by itself: the tier knows no transaction over its servers.
 */
export class TierStore implements BackingStore {
  readonly role = 'cache';
  readonly capabilities = { replaceAll: false };
  readonly #parts: TierStoreParts;

  constructor(parts: TierStoreParts) {
    this.#parts = parts;
  }

  /** Begins to link, and waits for nothing: a tier that is down is no reason why a cache could not be opened. */
  async open(): Promise<void> {
    void this.#parts.link.open();
  }

  get(key: string): Promise<Row | undefined> {
    return this.#parts.tier.get(key).then(rowIn);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return (await this.#parts.tier.getMany(keys)).flatMap(({ row }) => row ?? []);
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    const { link, recent, clock } = this.#parts;
    const last = new Map(operations.map((operation) => [keyOf(operation), operation]));
    const rows = [...last.values()].flatMap((operation) => (operation.type === 'set' ? operation.row : []));
    const deletions = [...last.values()].filter((operation) => operation.type === 'delete');
    // What may be half done is made up for as a whole.
    recent.changed(last.keys(), clock.now());
    const made = await Promise.allSettled([this.#soon(this.#put(rows)), this.#soon(this.#delete(deletions))]);
    const changed = made.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    // What could not be written is no longer what others should show either.
    const told = new Map([...[...last.values()].map(versioned), ...changed]);
    await this.#soon(link.publish([{ kind: 'changed', keys: [...told] }]));
    for (const one of made) if (one.status === 'rejected') throw one.reason;
  }

  /** What is shared is cleared by an invalidation, and its room is freed later. */
  clear(): Promise<void> {
    return this.#parts.tier.clear();
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const { tier, link, recent, clock } = this.#parts;
    recent.invalidated(invalidations, clock.now());
    const [remembered] = await Promise.allSettled([this.#soon(tier.invalidate(invalidations))]);
    await this.#soon(link.publish([{ kind: 'invalidated', invalidations }]));
    if (remembered.status === 'rejected') throw remembered.reason;
  }

  /** The link has read them: it listens first, so that none is missed in between. */
  async invalidations(): Promise<readonly Invalidation[]> {
    return [];
  }

  async rows(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for await (const page of this.scan()) rows.push(...page);
    return rows;
  }

  scan(): AsyncIterable<readonly Row[]> {
    return this.#parts.tier.scan();
  }

  replaceAll(): Promise<void> {
    return Promise.reject(new TypeError('what other processes share is not replaced'));
  }

  close(): Promise<void> {
    return this.#parts.link.close();
  }

  #soon<T>(asked: Promise<T>): Promise<T> {
    return within(asked, this.#parts.timeoutMs, this.#parts.clock);
  }

  async #put(rows: readonly Row[]): Promise<[key: string, version: number][]> {
    if (rows.length === 0) return [];
    const versions = await this.#parts.tier.put(rows);
    return rows.map(({ key, version }, index) => {
      const now = versions[index] ?? version;
      if (now !== version) this.#parts.overtaken(key, now);
      return [key, now];
    });
  }

  async #delete(
    deletions: readonly { readonly key: string; readonly version: number }[],
  ): Promise<[key: string, version: number][]> {
    if (deletions.length === 0) return [];
    const versions = await this.#parts.tier.delete(deletions);
    return deletions.map(({ key, version }, index) => [key, versions[index] ?? version]);
  }
}

function rowIn({ row }: TierRead): Row | undefined {
  return row;
}

function versioned(operation: Operation): [key: string, version: number] {
  const { version } = operation.type === 'set' ? operation.row : operation;
  return [keyOf(operation), version];
}

function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}
