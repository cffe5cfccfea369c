import type { Invalidation } from '../kernel/invalidation.js';
import type { BackingStore, Operation, Row } from '../store/backing-store.js';
import type { SharedClock } from './shared-clock.js';
import type { Link } from './link.js';
import type { RecentChanges } from './recent-changes.js';
import type { Deletion, SharedTier, TierRead } from './shared-tier.js';
import { InTime } from './in-time.js';

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
  /** Whether the bus is that of the tier, which can say when news of a change cannot overtake it any more. */
  readonly isAheadOfBus: boolean;
}

/**
 * A shared tier as a store of rows, so that it gets deadlines, a breaker and repairs as every store does. Each change is told to the other
 * processes before it is acknowledged. Several keys are changed each by itself: the tier knows no transaction over its servers.
 */
export class TierStore implements BackingStore {
  readonly role = 'cache';
  readonly capabilities = { replaceAll: false };
  readonly #parts: TierStoreParts;
  readonly #limit: InTime;

  constructor(parts: TierStoreParts) {
    this.#parts = parts;
    this.#limit = new InTime(parts.clock, parts.timeoutMs);
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
    const { link, recent, clock, isAheadOfBus } = this.#parts;
    const last = lastOfEach(operations);
    const rows = last.flatMap((operation) => (operation.type === 'set' ? operation.row : []));
    const deletions = last.filter((operation) => operation.type === 'delete');
    const versions = new Map(last.map(versioned));
    // What may be half done is made up for as a whole.
    recent.changed(versions.keys(), clock.now());
    const telling: Promise<void>[] = [];
    const tell = (): void => {
      const told = this.#limit.of(link.publish([{ kind: 'changed', keys: [...versions] }]));
      // Whether it has worked is looked at in the end.
      told.catch(() => undefined);
      telling.push(told);
    };
    const sent = isAheadOfBus && (rows.length === 0 || deletions.length === 0) ? tell : undefined;
    const made = await Promise.allSettled([this.#put(rows, sent), this.#delete(deletions, sent)]);
    const changed = made.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const isNews = changed.some(([key, version]) => versions.get(key) !== version);
    for (const [key, version] of changed) versions.set(key, version);
    // What could not be written is no longer what others should show either.
    if (telling.length === 0 || isNews) tell();
    await Promise.all(telling);
    for (const one of made) if (one.status === 'rejected') throw one.reason;
  }

  /** What is shared is cleared by an invalidation, and its room is freed later. */
  clear(): Promise<void> {
    return this.#parts.tier.clear();
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    const { tier, link, recent, clock } = this.#parts;
    recent.invalidated(invalidations, clock.now());
    const [remembered] = await Promise.allSettled([this.#limit.of(tier.invalidate(invalidations))]);
    await this.#limit.of(link.publish([{ kind: 'invalidated', invalidations }]));
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
    this.#limit.end();
    return this.#parts.link.close();
  }

  async #put(
    rows: readonly Row[],
    sent: (() => void) | undefined,
  ): Promise<[key: string, version: number][]> {
    if (rows.length === 0) return [];
    const versions = await this.#limit.of(this.#parts.tier.put(rows, sent));
    return rows.map(({ key, version }, index) => {
      const now = versions[index] ?? version;
      if (now !== version) this.#parts.overtaken(key, now);
      return [key, now];
    });
  }

  async #delete(
    deletions: readonly Deletion[],
    sent: (() => void) | undefined,
  ): Promise<[key: string, version: number][]> {
    if (deletions.length === 0) return [];
    const versions = await this.#limit.of(this.#parts.tier.delete(deletions, sent));
    return deletions.map(({ key, version }, index) => [key, versions[index] ?? version]);
  }
}

function rowIn({ row }: TierRead): Row | undefined {
  return row;
}

/** Of several changes of one key the last. */
function lastOfEach(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length === 1) return operations;
  return [...new Map(operations.map((operation) => [keyOf(operation), operation])).values()];
}

function versioned(operation: Operation): [key: string, version: number] {
  const { version } = operation.type === 'set' ? operation.row : operation;
  return [keyOf(operation), version];
}

function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}
