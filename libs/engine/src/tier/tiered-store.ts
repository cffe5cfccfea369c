import type { Invalidation } from '../kernel/invalidation.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { ApplyOptions, BackingStore, Operation, Row } from '../store/backing-store.js';
import type { GuardedStore } from '../store/guarded-store.js';
import type { ReadToLoad } from '../store/permits.js';
import { Announcer } from './announcer.js';
import { TierReads } from './tier-reads.js';
import type { Filled } from './shared-tier.js';
import type { TieredStoreParts } from './tiered-store-parts.js';

/**
 * The shared tier of a cache, and behind it its own store, as one. Reads go through both, and what only the own store has is shared. Of a change the
 * own store is told first. Where it is a tier of the cache, the shared tier gets the value, too; where it is the user's truth, the key is deleted
 * there, since of two processes that write at once the store alone knows who was last. A tier that fails is as one that has nothing; what it has
 * missed is made up for.
 */
export class TieredStore implements BackingStore {
  /** What others share is not replaced. */
  readonly capabilities = { replaceAll: false };
  readonly scan: () => AsyncIterable<readonly Row[]>;
  readonly #parts: TieredStoreParts;
  readonly #announcer: Announcer;
  readonly #reads: TierReads;

  constructor(parts: TieredStoreParts) {
    this.#parts = parts;
    this.#announcer = new Announcer(parts);
    const { own, shared } = parts;
    this.#reads = new TierReads(parts);
    const pages = own === undefined ? shared.scan : own.scan;
    this.scan = pages ?? (() => pageOf(this.rows()));
  }

  get role(): BackingStore['role'] {
    return this.#parts.own?.role ?? 'cache';
  }

  /** Whether the cache has a store to itself, where what others change is to be forgotten. */
  get hasOwnCache(): boolean {
    return this.#ownCache !== undefined;
  }

  get isDown(): boolean {
    return (this.#parts.own ?? this.#parts.shared).isDown;
  }

  get repairs(): number {
    return this.#parts.shared.repairs + (this.#parts.own?.repairs ?? 0);
  }

  async open(): Promise<void> {
    const { link, shared, own } = this.#parts;
    // The link has a deadline of its own, and never fails.
    await Promise.all([link.open(), shared.open(), own?.open()]);
  }

  get(key: string): Promise<Row | undefined> {
    const { own } = this.#parts;
    return own === undefined ? this.#reads.get(key) : this.#getThrough(own, key);
  }

  /** As {@link get}, for a load; brings the right to load along where that saves a call. */
  getToLoad(key: string, reading: ReadToLoad): Promise<Row | undefined> {
    return this.#parts.own === undefined ? this.#reads.getToLoad(key, reading) : this.get(key);
  }

  async #getThrough(own: GuardedStore, key: string): Promise<Row | undefined> {
    const found = await this.#reads.get(key);
    if (found !== undefined && this.#parts.isLiving(found)) return found;
    const ticket = await this.#claim(key);
    const row = this.#trusted(await own.get(key));
    if (row !== undefined && ticket !== undefined) this.#fillLater(row, ticket);
    return row;
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const { own, isLiving } = this.#parts;
    const found = await this.#reads.getMany(keys);
    if (own === undefined) return found;
    const living = found.filter(isLiving);
    const known = new Set(living.map(({ key }) => key));
    const asked = keys.filter((key) => !known.has(key));
    if (asked.length === 0) return living;
    const tickets = await Promise.all(asked.map((key) => this.#claim(key)));
    const ticketOf = new Map(asked.map((key, index) => [key, tickets[index]]));
    const rows = (await own.getMany(asked)).filter((row) => this.#trusted(row) !== undefined);
    for (const row of rows) {
      const ticket = ticketOf.get(row.key);
      if (ticket !== undefined) this.#fillLater(row, ticket);
    }
    return [...living, ...rows];
  }

  async apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void> {
    const { own, nextVersion, isOvertaken } = this.#parts;
    if (own?.role !== 'record') {
      const current = operations.filter((operation) => !isOvertaken(operation));
      await own?.apply(current, options);
      return this.announce(current);
    }
    await own.apply(operations, options);
    await this.announce(operations.map((operation) => deletion(operation, nextVersion())));
  }

  /** Changes the shared tier alone, and tells the others. */
  async announce(operations: readonly Operation[]): Promise<void> {
    const { own, shareable } = this.#parts;
    const isRecord = own?.role === 'record';
    const told = isRecord ? operations.map((operation) => withRow(operation, shareable)) : operations;
    if (told.length > 0) await this.#announcer.changed(told);
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    await Promise.all([
      this.#ownCache?.invalidate(invalidations),
      this.#announcer.invalidated(invalidations),
    ]);
  }

  async invalidations(): Promise<readonly Invalidation[]> {
    return this.#ownCache?.invalidations() ?? [];
  }

  async clear(): Promise<void> {
    await this.#parts.own?.clear();
    await this.clearShared();
  }

  /** Everything that is shared is gone, and its room is freed in the background; the own store keeps its rows. */
  async clearShared(): Promise<void> {
    const { tier, nextVersion, failed } = this.#parts;
    const everything = [{ scope: 'prefix', name: '', version: nextVersion() }] as const;
    // The others hear of it; what is read here meanwhile must not come back either.
    this.#parts.takeUp(everything);
    await this.#announcer.invalidated(everything);
    tier.clear().catch((error: unknown) => failed('free what was cleared', error));
  }

  rows(): Promise<readonly Row[]> {
    return (this.#parts.own ?? this.#parts.shared).rows();
  }

  replaceAll(): Promise<void> {
    return Promise.reject(new TypeError('what other processes share is not replaced'));
  }

  async close(): Promise<void> {
    const closing = [this.#parts.shared.close(), this.#parts.own?.close()];
    for (const ended of await Promise.allSettled(closing))
      if (ended.status === 'rejected') throw ended.reason;
  }

  /** Shares what was loaded, where the key has not changed since it was claimed. A store of the cache's own gets it, too. */
  async fill(row: Row, ticket: ShareTicket | undefined): Promise<Filled> {
    const { shared, tier, own } = this.#parts;
    const filled =
      ticket === undefined
        ? 'filled'
        : await shared.ask('fill', row.key, () => tier.fill(withoutOrigin(row), ticket));
    // What was refused tells nothing of those who wait.
    const isAwaited = filled === 'awaited' || (filled === 'fenced' && ticket?.token !== undefined);
    if (isAwaited) await this.release([row.key]);
    if (filled !== 'fenced' && own?.role === 'cache') await own.apply([{ type: 'set', row }]);
    return filled;
  }

  /** Tells those who wait for one of these keys. */
  async release(keys: readonly string[]): Promise<void> {
    await this.#parts.link.publish([{ kind: 'released', keys }]);
  }

  /** Rows of the cache's own store that others have made old. */
  async forgetOwn(keys: readonly (readonly [key: string, version: number])[]): Promise<void> {
    await this.#ownCache?.apply(
      keys.map(([key, version]) => ({ type: 'delete', key, version })),
      { onlyNewer: true },
    );
  }

  /** Invalidations of others, so that they hold in the cache's own store. */
  async rememberOwn(invalidations: readonly Invalidation[]): Promise<void> {
    await this.#ownCache?.invalidate(invalidations);
  }

  /** The store behind the tier, where it is not the user's truth. */
  get #ownCache(): GuardedStore | undefined {
    const { own } = this.#parts;
    return own?.role === 'cache' ? own : undefined;
  }

  /** A row of the cache's own store is as old as memory may be; the user's truth always is what it is. */
  #trusted(row: Row | undefined): Row | undefined {
    const { own, trusts } = this.#parts;
    if (row === undefined || own?.role === 'record') return row;
    return trusts(row.version) ? row : undefined;
  }

  /** Nothing where the tier cannot be asked: what is read from the store is not shared then. */
  async #claim(key: string): Promise<ShareTicket | undefined> {
    const { shared, tier, link } = this.#parts;
    if (!link.isReadable) return undefined;
    return shared.ask('claim', key, () => tier.claim(key, { seen: '', leaseMs: 0 })).catch(() => undefined);
  }

  #fillLater(row: Row, ticket: ShareTicket): void {
    const { shared, tier, shareable, failed } = this.#parts;
    shared
      .ask('fill', row.key, async () => tier.fill(shareable(row), ticket))
      .catch((error: unknown) => failed(`share ${row.key}`, error));
  }
}

function withoutOrigin(row: Row): Row {
  return row.from === undefined ? row : { ...row, from: undefined };
}

function deletion(operation: Operation, version: number): Operation {
  return { type: 'delete', key: operation.type === 'set' ? operation.row.key : operation.key, version };
}

function withRow(operation: Operation, shareable: (row: Row) => Row): Operation {
  return operation.type === 'set' ? { type: 'set', row: shareable(operation.row) } : operation;
}

async function* pageOf(rows: Promise<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  yield await rows;
}
